package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartPauseTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    private final RestartPause pause = new RestartPause();

    @Test
    void shouldNotWaitBeforeAnythingIsLost() {
        assertThat(pause.isOver(START)).isTrue();
    }

    @Test
    void shouldDoubleWithEachLossUpToAMinute() {
        // When each observer loses something just after its start
        List<Long> seconds = new ArrayList<>();
        Instant now = START;
        for (int i = 0; i < 9; i++) {
            pause.started(now);
            Duration next = pause.lost(now);
            seconds.add(next.toSeconds());

            // Then there is none in the pause
            assertThat(pause.isOver(now)).isFalse();
            assertThat(pause.isOver(now.plus(next).minusNanos(1))).isFalse();
            now = now.plus(next);
            assertThat(pause.isOver(now)).isTrue();
        }
        assertThat(seconds).containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void shouldBeginAnewAfterAnObserverThatLivedForAWhile() {
        // Given
        pause.started(START);
        pause.lost(START);
        pause.started(START);
        assertThat(pause.lost(START.plus(RestartPause.CALM).minusNanos(1))).hasSeconds(2);

        // When
        pause.started(START);

        // Then
        assertThat(pause.lost(START.plus(RestartPause.CALM))).hasSeconds(1);
    }

    @Test
    void shouldNotWaitForTheTimeThatAClockWasSetBackBy() {
        // Given
        pause.started(START);
        pause.lost(START);

        // Then
        assertThat(pause.isOver(START.minus(Duration.ofHours(1)))).isTrue();
    }
}
