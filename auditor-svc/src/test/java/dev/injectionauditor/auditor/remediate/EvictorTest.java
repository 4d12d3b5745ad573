package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EvictorTest {

    @Test
    void shouldTakeTheBodyOfASuccessForTheAnswer() {
        assertThat(Evictor.accepted(new StatusBuilder().withStatus("Success").build()))
                .isEqualTo(new EvictionAnswer.Evicted());
        // A Pod under two disruption budgets: HTTP said 201, or 500
        Status several = new StatusBuilder(failure(500))
                .withMessage("This pod has more than one PodDisruptionBudget, which the eviction subresource does not"
                        + " support.")
                .build();
        assertThat(Evictor.accepted(several)).isEqualTo(new EvictionAnswer.SeveralBudgets());
        assertThat(Evictor.ofCode(500, several)).isEqualTo(new EvictionAnswer.SeveralBudgets());
        assertThat(Evictor.accepted(failure(404))).isEqualTo(new EvictionAnswer.Gone());
        // Not a word: better look at the Pod
        assertThat(Evictor.accepted(new Status())).isEqualTo(new EvictionAnswer.Unknown());
    }

    @Test
    void shouldTellWhatEachFailureMeans() {
        assertThat(answer(404)).isEqualTo(new EvictionAnswer.Gone());
        assertThat(answer(401)).isEqualTo(new EvictionAnswer.Forbidden());
        assertThat(answer(403)).isEqualTo(new EvictionAnswer.Forbidden());
        assertThat(answer(422)).isEqualTo(new EvictionAnswer.Rejected(422));
        assertThat(answer(500)).isEqualTo(new EvictionAnswer.Unknown());
        assertThat(answer(503)).isEqualTo(new EvictionAnswer.Unknown());
        assertThat(answer(504)).isEqualTo(new EvictionAnswer.Unknown());
        assertThat(Evictor.ofCode(0, new Status())).isEqualTo(new EvictionAnswer.Unknown());
        assertThat(Evictor.ofCode(-1, new Status()))
                .as("what the client says of a time-out")
                .isEqualTo(new EvictionAnswer.Unknown());
    }

    @Test
    void shouldTellAnotherPodFromAnotherConflict() {
        Status precondition = new StatusBuilder(failure(409))
                .withMessage("Operation cannot be fulfilled on pods \"db-0\": Precondition failed: UID in precondition:"
                        + " 00000000-0000-0001-0000-000000000001, UID in object meta:"
                        + " 00000000-0000-0002-0000-000000000002")
                .build();
        Status changed = new StatusBuilder(failure(409))
                .withMessage("Operation cannot be fulfilled on poddisruptionbudgets.policy \"db\": the object has been"
                        + " modified; please apply your changes to the latest version and try again")
                .build();

        Status early = new StatusBuilder(failure(409))
                .withMessage("Operation cannot be fulfilled on Pod \"db-0\": the UID in the precondition"
                        + " (00000000-0000-0001-0000-000000000001) does not match the UID in record"
                        + " (00000000-0000-0002-0000-000000000002). The object might have been deleted and then"
                        + " recreated")
                .build();

        assertThat(Evictor.ofCode(409, precondition)).isEqualTo(new EvictionAnswer.OtherPod());
        assertThat(Evictor.ofCode(409, early)).isEqualTo(new EvictionAnswer.OtherPod());
        assertThat(Evictor.ofCode(409, changed)).isEqualTo(new EvictionAnswer.Conflict());
        assertThat(answer(409)).isEqualTo(new EvictionAnswer.Conflict());
    }

    @Test
    void shouldTellABudgetFromThrottling() {
        Status budget = budget(null);
        // Of one that was changed a moment ago, kube-apiserver says that it is still being processed
        Status unprocessed = budget(10);
        Status throttled = new StatusBuilder(failure(429))
                .withNewDetails()
                .withRetryAfterSeconds(7)
                .endDetails()
                .build();

        assertThat(Evictor.ofCode(429, budget)).isEqualTo(new EvictionAnswer.Budget());
        assertThat(Evictor.ofCode(429, unprocessed)).isEqualTo(new EvictionAnswer.Throttled(Duration.ofSeconds(10)));
        assertThat(Evictor.ofCode(429, throttled)).isEqualTo(new EvictionAnswer.Throttled(Duration.ofSeconds(7)));
        assertThat(answer(429)).isEqualTo(new EvictionAnswer.Throttled(Duration.ofSeconds(1)));
    }

    private static Status budget(@Nullable Integer retryAfter) {
        return new StatusBuilder(failure(429))
                .withNewDetails()
                .withRetryAfterSeconds(retryAfter)
                .addNewCause()
                .withReason("DisruptionBudget")
                .endCause()
                .endDetails()
                .build();
    }

    private static EvictionAnswer answer(int code) {
        return Evictor.ofCode(code, failure(code));
    }

    private static Status failure(int code) {
        return new StatusBuilder().withStatus("Failure").withCode(code).build();
    }
}
