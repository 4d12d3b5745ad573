package dev.injectionauditor.auditor.audit.cause;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Cause;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CauseRuleTest {

    @ParameterizedTest
    @CsvSource({
        // answered, ready endpoints, cause
        "true,  0, LATE_ANSWER",
        "true,  2, LATE_ANSWER",
        "true,   , LATE_ANSWER",
        "false, 0, NO_ENDPOINTS",
        "false, 1, UNREACHABLE",
        "false,  , UNKNOWN",
    })
    void shouldDecideEveryCase(boolean answered, Integer ready, Cause expected) {
        assertThat(CauseRule.decide(new CauseRule.Circumstances(answered, ready)))
                .isEqualTo(expected);
    }
}
