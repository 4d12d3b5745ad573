package dev.injectionauditor.bench.webhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The recorded admission reviews. */
final class Reviews {

    private static final String FOLDER = "webhook-svc/src/test/resources/recorded";

    private Reviews() {}

    /** Where they are; the working directory is that of the project. */
    static Path folder() {
        return Path.of(FOLDER);
    }

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }
}
