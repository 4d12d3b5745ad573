package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.RecreationMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PaceTest {

    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");

    @Test
    void shouldLetTheFirstGo() {
        assertThat(pause("shop", List.of())).isZero();
        assertThat(pause("shop", List.of(eviction("shop", 1)))).isZero();
    }

    @Test
    void shouldWaitUntilOneOfTheNamespaceIsAMinuteOld() {
        assertThat(pause("shop", List.of(eviction("shop", 20), eviction("shop", 50))))
                .isEqualTo(Duration.ofSeconds(10));
        assertThat(pause("other", List.of(eviction("shop", 20), eviction("shop", 50))))
                .isZero();
        // As many as the limit and one more: two of them have to be old enough
        assertThat(pause("shop", List.of(eviction("shop", 20), eviction("shop", 40), eviction("shop", 50))))
                .isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void shouldWaitUntilOneOfTheClusterIsAMinuteOld() {
        assertThat(pause("d", List.of(eviction("a", 30), eviction("b", 20), eviction("c", 10))))
                .isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void shouldForgetWhatIsAMinuteOld() {
        assertThat(pause("shop", List.of(eviction("shop", 60), eviction("shop", 61))))
                .isZero();
    }

    @Test
    void shouldNeverExceedTheLimitsWhateverComes() {
        // Given requests of three namespaces that wait all at once, over five minutes
        List<Map.Entry<String, Instant>> evictions = new ArrayList<>();
        for (int second = 0; second < 300; second++) {
            Instant now = NOW.plusSeconds(second);
            for (String namespace : List.of("a", "b", "c")) {
                if (Pace.pause(namespace, evictions, policy(), now).isZero()) {
                    evictions.add(Map.entry(namespace, now));
                }
            }
        }

        // Then each minute has as many as are allowed and no more
        for (Map.Entry<String, Instant> first : evictions) {
            List<String> ofMinute = evictions.stream()
                    .filter(other -> !other.getValue().isBefore(first.getValue()))
                    .filter(other -> other.getValue().isBefore(first.getValue().plusSeconds(60)))
                    .map(Map.Entry::getKey)
                    .toList();
            assertThat(ofMinute).hasSizeLessThanOrEqualTo(3);
            assertThat(ofMinute).filteredOn(first.getKey()::equals).hasSizeLessThanOrEqualTo(2);
        }
        assertThat(evictions).hasSize(15);
    }

    private static Duration pause(String namespace, List<Map.Entry<String, Instant>> evictions) {
        return Pace.pause(namespace, evictions, policy(), NOW);
    }

    private static Map.Entry<String, Instant> eviction(String namespace, int secondsAgo) {
        return Map.entry(namespace, NOW.minusSeconds(secondsAgo));
    }

    /** Three a minute, two of them of one namespace. */
    private static RecreationPolicy policy() {
        return new RecreationPolicy(
                RecreationMode.RECREATE, Allowances.NONE, 3, 2, 3, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));
    }
}
