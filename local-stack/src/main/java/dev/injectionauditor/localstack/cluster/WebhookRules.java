package dev.injectionauditor.localstack.cluster;

import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Whether a webhook is to be called (Kubernetes documentation, "Dynamic Admission Control", matching requests). */
final class WebhookRules {

    private WebhookRules() {}

    /** @param namespaceLabels those of the object's namespace; empty for an object of the cluster */
    static boolean isCalled(
            JsonNode webhook, Attributes request, ObjectNode object, Map<String, String> namespaceLabels) {
        // The API server calls no webhook about webhooks, so that a bad one can be repaired.
        return !request.kind().equals(Kind.MUTATING_WEBHOOKS)
                && Json.elements(webhook.path("rules")).anyMatch(rule -> covers(rule, request.kind()))
                && Selectors.matches(webhook.path("namespaceSelector"), namespaceLabels)
                && Selectors.matches(webhook.path("objectSelector"), Json.labels(object));
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
    static void validate(ObjectNode configuration) {
        Json.elements(configuration.path("webhooks")).forEach(webhook -> {
            if (!webhook.path("matchConditions").isEmpty()) {
                throw invalid(configuration, "webhooks[].matchConditions: the simulation does not evaluate them");
            }
            if (Json.textOrEmpty(webhook, "sideEffects").isEmpty()) {
                throw invalid(configuration, "webhooks[].sideEffects: Required value");
            }
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
