package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.junit.LongTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A large cluster fits into a small heap. */
class ObserverMemoryIT {

    @TempDir
    Path folder;

    @Test
    @LongTest
    void shouldListAndKnow150000PodsWithAHeapOf256Megabytes() throws Exception {
        Path output = folder.resolve("output");
        ApiStub api = new HeapFigures().serve();
        Process observer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        HeapFigures.class.getName(),
                        api.url())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(observer.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            observer.destroyForcibly();
            api.close();
        }

        assertThat(Files.readString(output)).contains("listed over HTTP: 150000 Pods");
        assertThat(observer.exitValue()).isZero();
    }
}
