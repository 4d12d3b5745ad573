package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.PodRef;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.StatusCause;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;

/**
 * Evicts Pods by the eviction API, {@code policy/v1}, with the Pod's uid as precondition. The client's own
 * {@code evict()} posts {@code policy/v1beta1} and takes every 2xx for success. The body decides: of a Pod under two
 * disruption budgets it is a Failure, which Kubernetes 1.36 sends with HTTP 500, and others are known to send with 201.
 */
final class Evictor {

    private static final String DISRUPTION_BUDGET = "DisruptionBudget";
    /** What the API server says of a uid that does not fit: its storage, and what comes before that. */
    private static final List<String> UID_PRECONDITION = List.of("UID in precondition", "UID in the precondition");

    private static final String SEVERAL_BUDGETS = "more than one PodDisruptionBudget";

    private static final int SERVER_ERRORS = 500;

    private final KubernetesClient client;

    /** @param client one that does not try again by itself: each answer means something */
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
            return accepted(client.getKubernetesSerialization().unmarshal(body, Status.class));
        } catch (KubernetesClientException e) {
            return e.getStatus() == null || e.getStatus().getCode() == null
                    ? ofCode(e.getCode(), new Status())
                    : ofCode(e.getStatus().getCode(), e.getStatus());
        }
    }

    /** The body of an answer with a code of success: it decides, not the code. */
    static EvictionAnswer accepted(Status body) {
        if ("Success".equals(body.getStatus())) {
            return new EvictionAnswer.Evicted();
        }
        return ofCode(body.getCode() == null ? 0 : body.getCode(), body);
    }

    /** An answer with a code of failure; 0 or less for none. */
    static EvictionAnswer ofCode(int code, Status body) {
        if (says(body, SEVERAL_BUDGETS)) {
            return new EvictionAnswer.SeveralBudgets();
        }
        return switch (code) {
            case 404 -> new EvictionAnswer.Gone();
            case 409 -> isUidPrecondition(body) ? new EvictionAnswer.OtherPod() : new EvictionAnswer.Conflict();
            case 429 ->
                isBudget(body) && !saysWhen(body)
                        ? new EvictionAnswer.Budget()
                        : new EvictionAnswer.Throttled(retryAfter(body));
            case 401, 403 -> new EvictionAnswer.Forbidden();
            default ->
                code <= 0 || code >= SERVER_ERRORS ? new EvictionAnswer.Unknown() : new EvictionAnswer.Rejected(code);
        };
    }

    private static boolean isUidPrecondition(Status body) {
        return UID_PRECONDITION.stream().anyMatch(text -> says(body, text));
    }

    private static boolean says(Status body, String text) {
        return body.getMessage() != null && body.getMessage().contains(text);
    }

    private static boolean isBudget(Status body) {
        List<StatusCause> causes =
                body.getDetails() == null ? null : body.getDetails().getCauses();
        return causes != null && causes.stream().anyMatch(cause -> DISRUPTION_BUDGET.equals(cause.getReason()));
    }

    /** Of a budget that the API server has not looked at since it was changed, it says when to ask again. */
    private static boolean saysWhen(Status body) {
        Integer seconds = body.getDetails().getRetryAfterSeconds();
        return seconds != null && seconds > 0;
    }

    private static Duration retryAfter(Status body) {
        Integer seconds = body.getDetails() == null ? null : body.getDetails().getRetryAfterSeconds();
        return Duration.ofSeconds(seconds == null ? 1 : Math.max(1, seconds));
    }
}
