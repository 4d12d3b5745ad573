package dev.injectionauditor.auditor.audit.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.PodRef;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictRuleTest {

    private static final Instant IN_FORCE_SINCE = Instant.parse("2026-11-23T06:43:00Z");

    @ParameterizedTest
    @CsvSource({
        // own stamp, variable everywhere, seconds after the configuration, verdict
        "true,  true,   10, INJECTED",
        "true,  true,  -10, INJECTED",
        "true,  false,  10, INCOMPLETE",
        "true,  false, -10, INCOMPLETE",
        "false, false,  10, MISSED",
        "false, false,   1, MISSED",
        "false, false,   0, PREDATES",
        "false, false, -10, PREDATES",
        "false, true,   10, PRESET",
        "false, true,    0, EXEMPT",
        "false, true,  -10, EXEMPT",
    })
    void shouldDecideEveryCase(boolean ownStamp, boolean complete, int secondsAfter, Verdict expected) {
        // Given
        PodFacts pod = new PodFacts(
                new PodRef("shop", "web", UUID.randomUUID()),
                null,
                IN_FORCE_SINCE.plusSeconds(secondsAfter),
                7,
                null,
                2,
                complete ? List.of() : List.of("web"),
                false,
                IN_FORCE_SINCE);

        // Then
        assertThat(VerdictRule.decide(pod, ownStamp)).isEqualTo(expected);
    }
}
