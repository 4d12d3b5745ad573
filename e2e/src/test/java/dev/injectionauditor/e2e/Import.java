package dev.injectionauditor.e2e;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The import, as {@code ./run import} starts it. */
final class Import {

    private static final Path TARGET = Path.of("..", "importer", "target");

    private Import() {}

    /** The command line. */
    static List<String> command(String... options) {
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-Xmx64m",
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                TARGET.resolve("importer.jar") + ":" + TARGET.resolve("lib") + "/*",
                                "dev.injectionauditor.importer.ImportMain"),
                        Stream.of(options))
                .toList();
    }
}
