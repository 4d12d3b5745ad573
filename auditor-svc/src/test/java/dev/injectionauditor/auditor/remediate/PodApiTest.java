package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.remediate.PodApi.Created;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Failures to create a Pod, with bodies as kube-apiserver writes them, and whose a Pod is. */
class PodApiTest {

    @Test
    void shouldTellATakenNameFromAWebhookThatRefusesWithTheSameCode() {
        assertThat(PodApi.failed(409, body(409, "AlreadyExists", "pods"))).isEqualTo(new Created.NameTaken());
        assertThat(PodApi.failed(409, body(409, "Conflict", "pods"))).isEqualTo(new Created.No(409));
        assertThat(PodApi.failed(409, body(409, null, null))).isEqualTo(new Created.No(409));
    }

    @Test
    void shouldTellAMissingNamespaceFromAnythingElseThatIsNotFound() {
        assertThat(PodApi.failed(404, body(404, "NotFound", "namespaces"))).isEqualTo(new Created.NoNamespace());
        // Of a load balancer, or of a webhook
        assertThat(PodApi.failed(404, null)).isEqualTo(new Created.No(404));
        assertThat(PodApi.failed(404, body(404, "NotFound", null))).isEqualTo(new Created.No(404));
        assertThat(PodApi.failed(404, body(404, "NotFound", "priorityclasses"))).isEqualTo(new Created.No(404));
    }

    @Test
    void shouldFindThatTheNamespaceIsBeingDeleted() {
        Status terminating = new StatusBuilder(body(403, "Forbidden", "pods"))
                .editDetails()
                .addNewCause()
                .withReason("NamespaceTerminating")
                .endCause()
                .endDetails()
                .build();

        assertThat(PodApi.failed(403, terminating)).isEqualTo(new Created.NoNamespace());
        assertThat(PodApi.failed(403, body(403, "Forbidden", "pods"))).isEqualTo(new Created.No(403));
        assertThat(PodApi.failed(0, null)).isEqualTo(new Created.No(0));
    }

    @Test
    void shouldKnowThePodsOfAControllerWhateverTheVersionOfItsKind() {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .addNewOwnerReference()
                .withApiVersion("apps.example.org/v1beta1")
                .withKind("Game")
                .withName("game")
                .withUid(new UUID(1, 1).toString())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();

        assertThat(PodApi.isOf(new UUID(1, 1), pod)).isTrue();
        assertThat(PodApi.isOf(new UUID(2, 2), pod)).isFalse();
        assertThat(PodApi.isOf(
                        new UUID(1, 1),
                        new PodBuilder().withNewMetadata().endMetadata().build()))
                .isFalse();
    }

    private static Status body(int code, String reason, String kind) {
        StatusBuilder status =
                new StatusBuilder().withStatus("Failure").withCode(code).withReason(reason);
        return kind == null
                ? status.build()
                : status.withNewDetails().withKind(kind).endDetails().build();
    }
}
