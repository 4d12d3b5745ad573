package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.PodRef;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Evicts Pods by the eviction API, {@code policy/v1}, with the Pod's uid as precondition. The client's own
 * {@code evict()} posts {@code policy/v1beta1} and takes every 2xx for success; the API server answers 201 with a
 * Failure in the body for a Pod under two disruption budgets.
 */
final class Evictor {

    private static final String DISRUPTION_BUDGET = "DisruptionBudget";

    private final KubernetesClient client;

    Evictor(KubernetesClient client) {
        this.client = client;
    }

    /** Asks for the eviction; nothing is thrown, whatever the answer. */
    EvictionAnswer evict(PodRef pod) {
        Eviction eviction = new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .endMetadata()
                .withDeleteOptions(new DeleteOptionsBuilder()
                        .withNewPreconditions()
                        .withUid(pod.uid().toString())
                        .endPreconditions()
                        .build())
                .build();
        String path = "/api/v1/namespaces/" + pod.namespace() + "/pods/" + pod.name() + "/eviction";
        try {
            String body = client.raw(path, "POST", eviction);
            return answer(client.getKubernetesSerialization().unmarshal(body, Status.class));
        } catch (KubernetesClientException e) {
            return e.getStatus() == null ? new EvictionAnswer.Failed("no-answer") : answer(e.getStatus());
        }
    }

    /** The body decides, not the status code of HTTP. */
    static EvictionAnswer answer(@Nullable Status status) {
        if (status == null) {
            return new EvictionAnswer.Failed("no-answer");
        }
        if ("Success".equals(status.getStatus())) {
            return new EvictionAnswer.Evicted();
        }
        int code = status.getCode() == null ? 0 : status.getCode();
        return switch (code) {
            case 404, 409 -> new EvictionAnswer.Gone();
            case 429 -> new EvictionAnswer.Refused(isBudget(status) ? "disruption-budget" : "throttled");
            case 403 -> new EvictionAnswer.Refused("forbidden");
            case 500 -> new EvictionAnswer.Failed("api-server-error");
            default -> new EvictionAnswer.Failed("answer-" + code);
        };
    }

    private static boolean isBudget(Status status) {
        List<StatusCause> causes =
                status.getDetails() == null ? null : status.getDetails().getCauses();
        return causes != null && causes.stream().anyMatch(cause -> DISRUPTION_BUDGET.equals(cause.getReason()));
    }
}
