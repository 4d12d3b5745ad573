package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Subject.LONGEST_WAIT;
import static dev.injectionauditor.e2e.Subject.failure;
import static dev.injectionauditor.e2e.Subject.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Evictions, and the PodDisruptionBudgets that stand against them. */
interface EvictionConformance {

    Subject subject();

    @Test
    default void shouldEvictWithoutABudget() {
        Pod pod = subject().running("free");

        JsonNode status = evict(pod, pod.getMetadata().getUid());

        assertThat(status.path("status").asString()).isEqualTo("Success");
        await().atMost(LONGEST_WAIT).until(() -> subject().isGone(pod));
    }

    @Test
    default void shouldNotEvictAnotherPodOfThatName() {
        Pod pod = subject().running("other");

        assertThat(failure(() -> evict(pod, "11111111-1111-1111-1111-111111111111"))
                        .getCode())
                .isEqualTo(409);
        assertThat(subject().isGone(pod)).isFalse();
    }

    @Test
    default void shouldNotEvictAgainstABudget() {
        Pod pod = subject().running("guarded");
        budget("guarded", "guarded");

        KubernetesClientException refused =
                failure(() -> evict(pod, pod.getMetadata().getUid()));

        assertThat(refused.getCode()).isEqualTo(429);
        assertThat(refused.getStatus().getDetails().getCauses())
                .anyMatch(cause -> cause.getReason().equals("DisruptionBudget"));
        assertThat(subject().isGone(pod)).isFalse();
    }

    @Test
    default void shouldNotEvictUnderTwoBudgets() {
        Pod pod = subject().running("twice");
        budget("twice-1", "twice");
        budget("twice-2", "twice");

        KubernetesClientException refused =
                failure(() -> evict(pod, pod.getMetadata().getUid()));

        assertThat(refused.getCode()).isEqualTo(500);
        assertThat(refused.getStatus().getMessage()).contains("more than one PodDisruptionBudget");
        assertThat(subject().isGone(pod)).isFalse();
    }

    @Test
    default void shouldNotAskBudgetsForAPendingPod() {
        // Given a Pod that nobody schedules
        Pod pending = subject()
                .create(new PodBuilder(pod("pending-", Map.of("app", "pending")))
                        .editSpec()
                        .withSchedulerName("nobody")
                        .endSpec()
                        .build());
        budget("pending", "pending");

        assertThat(evict(pending, pending.getMetadata().getUid()).path("status").asString())
                .isEqualTo("Success");
    }

    /** A budget that allows no eviction. */
    private void budget(String name, String app) {
        var budgets = subject().client().policy().v1().podDisruptionBudget().inNamespace(Stage.NAMESPACE);
        budgets.resource(new PodDisruptionBudgetBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withNewMaxUnavailable(0)
                        .withNewSelector()
                        .addToMatchLabels("app", app)
                        .endSelector()
                        .endSpec()
                        .build())
                .create();
    }

    private JsonNode evict(Pod pod, String uid) {
        String name = pod.getMetadata().getName();
        return JsonMapper.shared()
                .readTree(subject()
                        .client()
                        .raw(
                                "/api/v1/namespaces/" + Stage.NAMESPACE + "/pods/" + name + "/eviction",
                                "POST",
                                Map.of(
                                        "apiVersion",
                                        "policy/v1",
                                        "kind",
                                        "Eviction",
                                        "metadata",
                                        Map.of("name", name, "namespace", Stage.NAMESPACE),
                                        "deleteOptions",
                                        Map.of("preconditions", Map.of("uid", uid)))));
    }
}
