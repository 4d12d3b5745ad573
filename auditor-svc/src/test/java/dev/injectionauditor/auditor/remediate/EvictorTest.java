package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import org.junit.jupiter.api.Test;

class EvictorTest {

    @Test
    void shouldTakeTheBodyForTheAnswer() {
        assertThat(Evictor.answer(new StatusBuilder().withStatus("Success").build()))
                .isEqualTo(new EvictionAnswer.Evicted());
        // HTTP said 201: a Pod under two disruption budgets
        assertThat(Evictor.answer(failure(500))).isEqualTo(new EvictionAnswer.Failed("api-server-error"));
        assertThat(Evictor.answer(failure(404))).isEqualTo(new EvictionAnswer.Gone());
        assertThat(Evictor.answer(failure(409))).isEqualTo(new EvictionAnswer.Gone());
        assertThat(Evictor.answer(failure(403))).isEqualTo(new EvictionAnswer.Refused("forbidden"));
        assertThat(Evictor.answer(failure(504))).isEqualTo(new EvictionAnswer.Failed("answer-504"));
        assertThat(Evictor.answer(null)).isEqualTo(new EvictionAnswer.Failed("no-answer"));
    }

    @Test
    void shouldTellABudgetFromThrottling() {
        Status budget = new StatusBuilder(failure(429))
                .withNewDetails()
                .addNewCause()
                .withReason("DisruptionBudget")
                .endCause()
                .endDetails()
                .build();

        assertThat(Evictor.answer(budget)).isEqualTo(new EvictionAnswer.Refused("disruption-budget"));
        assertThat(Evictor.answer(failure(429))).isEqualTo(new EvictionAnswer.Refused("throttled"));
    }

    private static Status failure(int code) {
        return new StatusBuilder().withStatus("Failure").withCode(code).build();
    }
}
