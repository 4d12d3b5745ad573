package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The eviction subresource (Kubernetes documentation, "API-initiated Eviction"). */
final class Eviction {

    private static final int TOO_MANY_BUDGETS = 500;

    private final Store store;
    private final Deletion deletion;

    Eviction(Store store, Deletion deletion) {
        this.store = store;
        this.deletion = deletion;
    }

    /**
     * Evicts a Pod.
     *
     * @return a Status that tells of success
     * @throws ApiException if the Pod is not there, a precondition fails, a budget forbids it, or there are two budgets
     */
    ObjectNode evict(Key pod, ObjectNode eviction, boolean dryRun) {
        if (!"policy/v1".equals(Json.text(eviction, "apiVersion")) || !"Eviction".equals(Json.text(eviction, "kind"))) {
            throw ApiException.badRequest("no kind \"" + Json.textOrEmpty(eviction, "kind")
                    + "\" is registered for version \"" + Json.textOrEmpty(eviction, "apiVersion") + "\"");
        }
        if (!pod.name().equals(Json.name(eviction))) {
            throw ApiException.badRequest("name in URL does not match name in Eviction object");
        }
        synchronized (store) {
            ObjectNode object = store.get(pod).orElseThrow(() -> ApiException.notFound(Kind.POD, pod.name()));
            // As in the real one, budgets come before preconditions, which are those of the deletion.
            if (needsBudget(object)) {
                List<ObjectNode> budgets = DisruptionBudget.of(store, object);
                if (budgets.size() > 1) {
                    throw ApiException.failure(
                            TOO_MANY_BUDGETS,
                            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not"
                                    + " support.");
                }
                for (ObjectNode budget : budgets) {
                    DisruptionBudget.check(store, budget, object);
                }
            }
            deletion.delete(pod, eviction.path("deleteOptions"), dryRun);
            return ApiException.success().put("code", 201);
        }
    }

    private static boolean needsBudget(ObjectNode pod) {
        return !Json.isTerminating(pod)
                && switch (Json.textOrEmpty(pod, "status", "phase")) {
                    case "Pending", "Succeeded", "Failed" -> false;
                    default -> true;
                };
    }
}
