package dev.injectionauditor.localstack.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The kinds of PATCH requests. */
final class Patches {

    private Patches() {}

    /** @throws ApiException if the patch does not apply or its type is not supported */
    static ObjectNode apply(String type, JsonNode patch, ObjectNode object) {
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
        try {
            return JsonPatch.apply(patch, object);
        } catch (JsonPatch.DoesNotApplyException e) {
            throw ApiException.invalid(
                    Kind.POD,
                    Json.name(object),
                    Objects.requireNonNullElse(e.getMessage(), "the patch does not apply"));
        }
    }

    /** RFC 7386; if {@code byName}, elements of arrays that have a name are merged with those of the same name. */
    private static JsonNode merged(JsonNode target, JsonNode patch, boolean byName) {
        if (byName && patch instanceof ArrayNode elements && target instanceof ArrayNode old && haveNames(elements)) {
            return mergedByName(old, elements);
        }
        if (!patch.isObject()) {
            return patch.deepCopy();
        }
        ObjectNode result = target.isObject() ? (ObjectNode) target.deepCopy() : Json.object();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            if (field.getValue().isNull()) {
                result.remove(field.getKey());
            } else {
                result.set(field.getKey(), merged(result.path(field.getKey()), field.getValue(), byName));
            }
        }
        return result;
    }

    private static boolean haveNames(ArrayNode elements) {
        return !elements.isEmpty() && elements.valueStream().allMatch(element -> element.has("name"));
    }

    private static ArrayNode mergedByName(ArrayNode old, ArrayNode elements) {
        List<JsonNode> result = new ArrayList<>(old.valueStream().toList());
        for (JsonNode element : elements) {
            JsonNode name = element.get("name");
            int at = 0;
            while (at < result.size() && !name.equals(result.get(at).get("name"))) {
                at++;
            }
            if (at == result.size()) {
                result.add(element.deepCopy());
            } else if ("delete".equals(Json.text(element, "$patch"))) {
                result.remove(at);
            } else {
                result.set(at, merged(result.get(at), element, true));
            }
        }
        return Json.MAPPER.createArrayNode().addAll(result);
    }
}
