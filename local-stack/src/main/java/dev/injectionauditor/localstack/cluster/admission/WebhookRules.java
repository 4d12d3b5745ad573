package dev.injectionauditor.localstack.cluster.admission;

import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Attributes;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import dev.injectionauditor.localstack.cluster.object.Selectors;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether a webhook is to be called (Kubernetes documentation, "Dynamic Admission Control", matching requests). */
public final class WebhookRules {

    private static final Set<String> SIDE_EFFECTS = Set.of("None", "NoneOnDryRun");
    private static final Set<String> FAILURE_POLICIES = Set.of("Fail", "Ignore");

    private WebhookRules() {}

    /** Whether this webhook has to be asked about the creation of an object as it is now. */
    static boolean isCalled(JsonNode webhook, Attributes request, ObjectNode object, Store store) {
        // The API server calls no webhook about webhooks, so that a bad one can be repaired.
        return !request.kind().equals(Kind.MUTATING_WEBHOOKS)
                && Json.elements(webhook.path("rules")).anyMatch(rule -> covers(rule, request.kind()))
                && selectsNamespace(webhook.path("namespaceSelector"), request, object, store)
                && Selectors.matches(webhook.path("objectSelector"), Json.labels(object));
    }

    /** A namespace is selected by its own labels; other objects of the cluster always are. */
    private static boolean selectsNamespace(JsonNode selector, Attributes request, ObjectNode object, Store store) {
        if (!request.kind().namespaced()) {
            return !request.kind().equals(Kind.NAMESPACE) || Selectors.matches(selector, Json.labels(object));
        }
        return store.get(new Key(Kind.NAMESPACE, "", request.namespace()))
                .filter(namespace -> Selectors.matches(selector, Json.labels(namespace)))
                .isPresent();
    }

    private static boolean covers(JsonNode rule, Kind kind) {
        String scope = Json.textOrEmpty(rule, "scope");
        return has(rule.path("operations"), "CREATE")
                && has(rule.path("apiGroups"), kind.group())
                && has(rule.path("apiVersions"), kind.version())
                && Json.elements(rule.path("resources")).anyMatch(resource -> coversResource(resource, kind))
                && !scope.equals(kind.namespaced() ? "Cluster" : "Namespaced");
    }

    private static boolean coversResource(JsonNode resource, Kind kind) {
        String[] parts = resource.asString().split("/", 2);
        return (parts.length == 1 || parts[1].equals("*")) && (parts[0].equals("*") || parts[0].equals(kind.plural()));
    }

    private static boolean has(JsonNode values, String value) {
        return Json.elements(values).map(JsonNode::asString).anyMatch(each -> each.equals("*") || each.equals(value));
    }

    /**
     * Refuses what the simulation cannot decide, rather than to decide it wrongly.
     *
     * @throws ApiException if the configuration has match conditions or is no configuration
     */
    public static void validate(ObjectNode configuration) {
        Json.elements(configuration.path("webhooks")).forEach(webhook -> {
            if (!webhook.path("matchConditions").isEmpty()) {
                throw invalid(configuration, "webhooks[].matchConditions: the simulation does not evaluate them");
            }
            if (!SIDE_EFFECTS.contains(Json.textOrEmpty(webhook, "sideEffects"))) {
                throw invalid(configuration, "webhooks[].sideEffects: supported values: \"None\", \"NoneOnDryRun\"");
            }
            if (!has(webhook.path("admissionReviewVersions"), "v1")) {
                throw invalid(configuration, "webhooks[].admissionReviewVersions: the simulation speaks v1 only");
            }
            if (!FAILURE_POLICIES.contains(webhook.path("failurePolicy").asString("Fail"))) {
                throw invalid(configuration, "webhooks[].failurePolicy: supported values: \"Fail\", \"Ignore\"");
            }
            WebhookAddress.problem(webhook.path("clientConfig")).ifPresent(problem -> {
                throw invalid(configuration, "webhooks[].clientConfig: " + problem);
            });
            int timeout = Json.number(webhook, 10, "timeoutSeconds");
            if (timeout < 1 || timeout > 30) {
                throw invalid(configuration, "webhooks[].timeoutSeconds: the timeout must be between 1 and 30 seconds");
            }
        });
    }

    private static ApiException invalid(ObjectNode configuration, String why) {
        return ApiException.invalid(Kind.MUTATING_WEBHOOKS, Json.name(configuration), why);
    }
}
