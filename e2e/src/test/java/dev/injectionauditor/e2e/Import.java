package dev.injectionauditor.e2e;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The import, as {@code ./run import} starts it. */
final class Import {

    private static final Path MODULE = Path.of("..", "importer");
    private static final Path TARGET = MODULE.resolve("target");

    private Import() {}

    /** The command line. */
    static List<String> command(String... options) {
        return Stream.concat(
                        Stream.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "@" + MODULE.resolve("jvm.options"),
                                "-cp",
                                TARGET.resolve("importer.jar") + ":" + TARGET.resolve("lib") + "/*",
                                "dev.injectionauditor.importer.ImportMain"),
                        Stream.of(options))
                .toList();
    }
}
