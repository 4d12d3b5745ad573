package dev.injectionauditor.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampTest {

    private static final List<ChronoUnit> UNITS =
            List.of(ChronoUnit.SECONDS, ChronoUnit.MILLIS, ChronoUnit.MICROS, ChronoUnit.NANOS);

    @Test
    void shouldReadWhatJavaReadsAsJavaDoes() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(-10_000_000_000L, 100_000_000_000L), random.nextInt())
                    .truncatedTo(UNITS.get(i % UNITS.size()));
            String text = time.toString();
            assertThat(Timestamp.parse(text)).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-23T06:43:09Z",
                "2026-11-23T06:43:09.1Z",
                "2026-11-23T06:43:09.09274412Z",
                "2026-11-23T06:43:09.092744123Z",
                "2026-11-23T06:43:09.Z",
                "+12026-11-23T06:43:09Z",
                "-0026-11-23T06:43:09Z",
                "2026-11-23T06:43:09.092744+01:00",
                "2024-02-29T00:00:00.000000Z",
                "2026-12-31T23:59:60.000000Z",
                "2026-11-23T24:00:00.000000Z"
            })
    void shouldReadOtherFormsAsJavaDoes(String text) {
        assertThat(Timestamp.parse(text)).isEqualTo(Instant.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "Z",
                "2026-11-23T06:43:09",
                "2026-11-23T06:43:09,1Z",
                "2026-11-23T06:43:09.0927441234Z",
                "2026-11-23T06:43:09.09274xZ",
                "2026-11-23T06:60:09.092744Z",
                "2026-11-23T25:00:00.000000Z",
                "2026-13-23T06:43:09.092744Z",
                "2025-02-29T06:43:09.092744Z",
                "2026-11-23 06:43:09.092744Z"
            })
    void shouldRefuseWhatIsNoTime(String text) {
        assertThatThrownBy(() -> Timestamp.parse(text)).isInstanceOf(DateTimeException.class);
    }
}
