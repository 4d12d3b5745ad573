package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ListPauseTest {

    private static final Duration LEAST = Duration.ofSeconds(1);

    @Test
    void shouldBeTheLongerTheLongerAListTakes() {
        assertThat(ListPause.after(Duration.ofMillis(20), LEAST)).isEqualTo(LEAST);
        assertThat(ListPause.after(Duration.ofSeconds(2), LEAST)).isEqualTo(Duration.ofSeconds(8));
        assertThat(ListPause.after(Duration.ofMinutes(2), LEAST)).isEqualTo(Duration.ofSeconds(30));
    }
}
