package dev.injectionauditor.localstack.cluster.object;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The kinds of PATCH requests. */
public final class Patches {

    /** What the elements of a list are told apart by (API reference, "patch strategy"). */
    private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("env", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("webhooks", "name"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("ports", "containerPort"),
            Map.entry("conditions", "type"),
            Map.entry("ownerReferences", "uid"));

    private Patches() {}

    /** @throws ApiException if the patch does not apply or its type is not supported */
    public static ObjectNode apply(String type, JsonNode patch, ObjectNode object) {
        JsonNode patched = switch (type) {
            case "application/json-patch+json" -> json(patch, object);
            case "application/merge-patch+json" -> merged(object, patch, false);
            case "application/strategic-merge-patch+json" -> merged(object, patch, true);
            default -> throw ApiException.unsupportedMediaType(type);
        };
        if (!(patched instanceof ObjectNode result)) {
            throw ApiException.badRequest("the patched object is not an object");
        }
        return result;
    }

    private static JsonNode json(JsonNode patch, ObjectNode object) {
        if (!JsonPatch.isPatch(patch)) {
            throw ApiException.badRequest("error decoding patch: it is not an array of operations");
        }
        try {
            return JsonPatch.apply(patch, object);
        } catch (JsonPatch.DoesNotApplyException e) {
            throw ApiException.unprocessable("the server rejected our request: " + e.getMessage());
        }
    }

    /** RFC 7386; if {@code strategic}, lists of things with a merge key are merged by that. */
    private static JsonNode merged(JsonNode target, JsonNode patch, boolean strategic) {
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode result = target.isObject() ? (ObjectNode) target.deepCopy() : Json.object();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (value.isNull()) {
                result.remove(name);
            } else if (strategic && name.startsWith("$")) {
                throw ApiException.badRequest("the simulation knows no directive " + name + " of strategic merges");
            } else if (strategic && value instanceof ArrayNode elements && isMergedList(name)) {
                result.set(name, mergedList(name, result.path(name), elements));
            } else {
                result.set(name, merged(result.path(name), value, strategic));
            }
        }
        return result;
    }

    private static boolean isMergedList(String field) {
        return MERGE_KEYS.containsKey(field) || field.equals("finalizers");
    }

    private static ArrayNode mergedList(String field, JsonNode old, ArrayNode elements) {
        @Nullable String key = MERGE_KEYS.get(field);
        List<JsonNode> result = new ArrayList<>(Json.elements(old).toList());
        for (JsonNode element : elements) {
            int at = 0;
            while (at < result.size() && !isSame(key, element, result.get(at))) {
                at++;
            }
            if ("delete".equals(Json.text(element, "$patch"))) {
                result.removeAll(at < result.size() ? List.of(result.get(at)) : List.of());
            } else if (at == result.size()) {
                result.add(element.deepCopy());
            } else {
                result.set(at, merged(result.get(at), element, true));
            }
        }
        return Json.MAPPER.createArrayNode().addAll(result);
    }

    private static boolean isSame(@Nullable String key, JsonNode one, JsonNode other) {
        return key == null ? one.equals(other) : one.path(key).equals(other.path(key));
    }
}
