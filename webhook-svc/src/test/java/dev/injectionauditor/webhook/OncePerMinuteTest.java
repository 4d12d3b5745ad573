package dev.injectionauditor.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OncePerMinuteTest {

    @Test
    void shouldLetOneThroughEachMinute() {
        // Given a clock that is about to overflow, as System.nanoTime() may
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        OncePerMinute once = new OncePerMinute(now::get);

        // Then only the first of each minute gets through
        assertThat(once.isDue()).isTrue();
        assertThat(once.isDue()).isFalse();
        now.addAndGet(Duration.ofSeconds(59).toNanos());
        assertThat(once.isDue()).isFalse();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(once.isDue()).isTrue();
        assertThat(once.isDue()).isFalse();
    }
}
