package dev.injectionauditor.auditor.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MinuteLimitTest {

    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    @Test
    void shouldTellFromWhenOnOneMoreIsAllowed() {
        assertThat(MinuteLimit.allowedFrom(Stream.of(NOW.minusSeconds(20)), 2, NOW))
                .isEmpty();
        assertThat(MinuteLimit.allowedFrom(Stream.of(NOW.minusSeconds(50), NOW.minusSeconds(20)), 2, NOW))
                .contains(NOW.plusSeconds(10));
        assertThat(MinuteLimit.allowedFrom(Stream.of(NOW.minusSeconds(60), NOW.minusSeconds(20)), 2, NOW))
                .isEmpty();
    }

    @Test
    void shouldNotBeHeldByAClockThatIsFarAhead() {
        // Given as much as is allowed, done in an hour as a clock says that was set wrong
        List<Instant> ahead = Collections.nCopies(30, NOW.plus(Duration.ofHours(1)));

        // When, then
        assertThat(MinuteLimit.allowedFrom(ahead.stream(), 30, NOW)).isEmpty();
        assertThat(MinuteLimit.allowedFrom(Stream.of(NOW.plusSeconds(30)), 1, NOW))
                .as("within what clocks may differ by")
                .contains(NOW.plusSeconds(90));
        assertThat(MinuteLimit.allowedFrom(Stream.of(NOW.plusSeconds(30).plusMillis(1)), 1, NOW))
                .isEmpty();
    }
}
