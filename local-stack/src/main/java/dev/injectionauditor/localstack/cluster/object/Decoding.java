package dev.injectionauditor.localstack.cluster.object;

import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The few types that matter here: what the real API server cannot decode, it takes neither from clients nor webhooks.
 */
public final class Decoding {

    private Decoding() {}

    /**
     * The object as the API server understands it: without nulls.
     *
     * @throws ApiException if a field has the wrong type
     */
    public static ObjectNode of(Kind kind, ObjectNode body) {
        ObjectNode object = (ObjectNode) Json.withoutNulls(body);
        check(kind, object.path("metadata"), "metadata", JsonNode::isObject);
        for (String field : new String[] {"labels", "annotations"}) {
            JsonNode map = Json.at(object, "metadata", field);
            check(kind, map, field, JsonNode::isObject);
            map.properties().forEach(entry -> check(kind, entry.getValue(), field, JsonNode::isString));
        }
        if (kind.equals(Kind.POD)) {
            check(kind, object.path("spec"), "spec", JsonNode::isObject);
            containers(object).forEach(container -> {
                check(kind, container, "containers", JsonNode::isObject);
                check(kind, container.path("env"), "env", JsonNode::isArray);
                container.path("env").forEach(variable -> {
                    check(kind, variable, "env", JsonNode::isObject);
                    check(kind, variable.path("name"), "env.name", JsonNode::isString);
                    check(kind, variable.path("value"), "env.value", JsonNode::isString);
                });
            });
        }
        return object;
    }

    /** All containers of a Pod, init containers first. */
    static Stream<JsonNode> containers(ObjectNode pod) {
        return Stream.of("initContainers", "containers").flatMap(field -> {
            JsonNode containers = Json.at(pod, "spec", field);
            check(Kind.POD, containers, field, JsonNode::isArray);
            return Json.elements(containers);
        });
    }

    private interface Type {
        boolean is(JsonNode node);
    }

    private static void check(Kind kind, JsonNode node, String field, Type type) {
        if (!node.isMissingNode() && !type.is(node)) {
            throw ApiException.badRequest(kind.name() + " in version \"" + kind.version() + "\" cannot be handled as a "
                    + kind.name() + ": json: cannot unmarshal " + field);
        }
    }
}
