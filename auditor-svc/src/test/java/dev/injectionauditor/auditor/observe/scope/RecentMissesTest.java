package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class RecentMissesTest {

    private static final Instant START = Instant.parse("2026-11-23T07:00:00Z");

    private Instant now = START;
    private final RecentMisses misses = new RecentMisses(Duration.ofSeconds(10), () -> now);

    @Test
    void shouldKnowWhatWasNotFoundAShortWhileAgo() {
        // Given
        misses.add("young");

        // Then
        assertThat(misses.contains("young")).isTrue();
        assertThat(misses.contains("other")).isFalse();
        now = START.plusSeconds(10).minusNanos(1);
        assertThat(misses.contains("young")).isTrue();
        now = START.plusSeconds(10);
        assertThat(misses.contains("young")).isFalse();
    }

    @Test
    void shouldForgetANameThatIsThere() {
        // Given
        misses.add("young");

        // When
        misses.remove("young");

        // Then
        assertThat(misses.contains("young")).isFalse();
        assertThat(misses.size()).isZero();
    }

    @Test
    void shouldNotKeepNamesThatNeverComeBack() {
        // When one name after the other is not found
        for (int i = 0; i < 1_000; i++) {
            misses.add("gone-" + i);
            now = now.plusSeconds(1);
        }

        // Then only those of the last while are kept
        assertThat(misses.size()).isEqualTo(10);
    }

    @Test
    void shouldNotTakeAMissForRecentThatIsYetToCome() {
        // Given
        misses.add("young");

        // When the clock is set back
        now = START.minusSeconds(3600);

        // Then
        assertThat(misses.contains("young")).isFalse();
    }
}
