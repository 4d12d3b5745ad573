package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Owners;
import dev.injectionauditor.localstack.cluster.object.Selectors;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The rule of a PodDisruptionBudget, counted anew each time rather than by a controller. */
final class DisruptionBudget {

    private DisruptionBudget() {}

    /** The budgets that a Pod is under. */
    static List<ObjectNode> of(Store store, ObjectNode pod) {
        return store.list(Kind.DISRUPTION_BUDGET, Json.namespace(pod)).objects().stream()
                .filter(budget -> budget.path("spec").has("selector"))
                .filter(budget -> Selectors.matches(Json.at(budget, "spec", "selector"), Json.labels(pod)))
                .toList();
    }

    /** @throws ApiException if the budget does not allow to evict the Pod */
    static void check(Store store, ObjectNode budget, ObjectNode pod) {
        List<ObjectNode> pods = store.list(Kind.POD, Json.namespace(budget)).objects().stream()
                .filter(each -> Selectors.matches(Json.at(budget, "spec", "selector"), Json.labels(each)))
                .toList();
        long healthy = pods.stream().filter(DisruptionBudget::isHealthy).count();
        long wanted = wanted(store, budget, pods);
        if (!isHealthy(pod) && mayGoUnhealthy(budget, healthy, wanted)) {
            return;
        }
        if (healthy - wanted < 1) {
            throw ApiException.budget(
                    "Cannot evict pod as it would violate the pod's disruption budget.",
                    "The disruption budget " + Json.name(budget) + " needs " + wanted + " healthy pods and has "
                            + healthy + " currently");
        }
    }

    /** A Pod that is not healthy may go if the others suffice, or always if its budget says so. */
    private static boolean mayGoUnhealthy(ObjectNode budget, long healthy, long wanted) {
        return "AlwaysAllow".equals(Json.text(budget, "spec", "unhealthyPodEvictionPolicy"))
                || (wanted > 0 && healthy >= wanted);
    }

    private static long wanted(Store store, ObjectNode budget, List<ObjectNode> pods) {
        long expected = expected(store, pods);
        JsonNode minAvailable = Json.at(budget, "spec", "minAvailable");
        if (!minAvailable.isMissingNode()) {
            return scaled(minAvailable, expected);
        }
        return Math.max(0, expected - scaled(Json.at(budget, "spec", "maxUnavailable"), expected));
    }

    /** How many Pods their controllers want. */
    private static long expected(Store store, List<ObjectNode> pods) {
        return pods.stream()
                        .map(Owners::controller)
                        .flatMap(owner -> owner.stream().flatMap(each -> each.find(store).stream()))
                        .distinct()
                        .mapToLong(controller -> Json.number(controller, 1, "spec", "replicas"))
                        .sum()
                + pods.stream().filter(pod -> Owners.controller(pod).isEmpty()).count();
    }

    private static long scaled(JsonNode value, long of) {
        String text = value.asString("0");
        return text.endsWith("%")
                ? (long) Math.ceil(of * Integer.parseInt(text.substring(0, text.length() - 1)) / 100.0)
                : value.asLong(0);
    }

    private static boolean isHealthy(ObjectNode pod) {
        return !Json.isTerminating(pod)
                && Json.elements(Json.at(pod, "status", "conditions"))
                        .anyMatch(condition -> "Ready".equals(Json.text(condition, "type"))
                                && "True".equals(Json.text(condition, "status")));
    }
}
