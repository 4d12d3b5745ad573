package dev.injectionauditor.importer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private static final long LONG = 64L * 1024 * 1024;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final AtomicLong nanos = new AtomicLong();

    @Test
    void shouldShowHowFarALongLogHasBeenRead() throws IOException {
        // Given a log that is read in quarters, of which each takes a second
        byte[] quarter = new byte[(int) (LONG / 4)];
        try (InputStream log = progress(new ByteArrayInputStream(new byte[(int) LONG]), LONG)) {
            for (int i = 0; i < 4; i++) {
                nanos.addAndGet(1_000_000_000);
                assertThat(log.readNBytes(quarter, 0, quarter.length)).isEqualTo(quarter.length);
            }
        }

        // Then
        assertThat(List.of(shown.toString(UTF_8).split("\r")))
                .contains(
                        "audit.log [##########------------------------------]  25 %",
                        "audit.log [####################--------------------]  50 %",
                        "audit.log [##############################----------]  75 %")
                .endsWith("audit.log [########################################] 100 %" + System.lineSeparator());
    }

    @Test
    void shouldNotShowItMoreOftenThanAnybodyCanRead() throws IOException {
        // Given a log that is read byte by byte in no time
        try (InputStream log = progress(new ByteArrayInputStream(new byte[100_000]), LONG)) {
            while (log.read() >= 0) {
                nanos.addAndGet(1_000);
            }
        }

        // Then nothing is shown
        assertThat(shown.size()).isZero();
    }

    @Test
    void shouldShowNothingForAShortLog() throws IOException {
        try (InputStream log = progress(new ByteArrayInputStream(new byte[100]), 100)) {
            nanos.addAndGet(10_000_000_000L);
            log.readAllBytes();
        }

        assertThat(shown.size()).isZero();
    }

    private InputStream progress(InputStream log, long total) {
        return Progress.of(log, new PrintStream(shown, true, UTF_8), "audit.log", total, nanos::get);
    }
}
