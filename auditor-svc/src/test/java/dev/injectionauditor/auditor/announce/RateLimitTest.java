package dev.injectionauditor.auditor.announce;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    @Test
    void shouldAllowSoManyAtOnceAndThenAsTimePasses() {
        RateLimit limit = new RateLimit(60);

        assertThat(allowed(limit, START, 100)).isEqualTo(60);
        assertThat(allowed(limit, START.plusMillis(999), 100)).isZero();
        assertThat(allowed(limit, START.plusSeconds(10), 100)).isEqualTo(10);
        // An hour of silence does not save up more
        assertThat(allowed(limit, START.plusSeconds(3_600), 100)).isEqualTo(60);
    }

    @Test
    void shouldBearAClockThatIsSetBack() {
        RateLimit limit = new RateLimit(60);
        allowed(limit, START, 100);

        assertThat(allowed(limit, START.minusSeconds(3_600), 100)).isZero();
        assertThat(allowed(limit, START.minusSeconds(3_590), 100)).isEqualTo(10);
    }

    private static int allowed(RateLimit limit, Instant now, int tries) {
        int allowed = 0;
        for (int i = 0; i < tries; i++) {
            allowed += limit.allows(now) ? 1 : 0;
        }
        return allowed;
    }
}
