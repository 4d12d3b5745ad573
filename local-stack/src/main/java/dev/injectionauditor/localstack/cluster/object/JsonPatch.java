package dev.injectionauditor.localstack.cluster.object;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies JSON patches as the API server does, whose library (evanphx/json-patch v4) is in places stricter than RFC
 * 6902 and in places laxer: there is no way through a null, {@code replace} adds a field that is missing, an operation
 * without a value puts null, negative indices count from the end.
 */
public final class JsonPatch {

    private static final JsonNode NULL = Json.MAPPER.nullNode();

    private JsonPatch() {}

    /** An operation that does not apply. */
    public static final class DoesNotApplyException extends Exception {

        private static final long serialVersionUID = 1L;

        DoesNotApplyException(String operation, String path) {
            super(operation + " operation does not apply: doc is missing path: \"" + path + "\": missing value");
        }
    }

    /** Whether this can be read as a patch at all; whether it applies is another matter. */
    public static boolean isPatch(JsonNode patch) {
        return patch.isNull() || (patch.isArray() && patch.valueStream().allMatch(JsonNode::isObject));
    }

    /** @throws DoesNotApplyException if an operation does not apply; {@code document} is as it was */
    public static JsonNode apply(JsonNode patch, JsonNode document) throws DoesNotApplyException {
        JsonNode result = document.deepCopy();
        for (JsonNode operation : patch) {
            result = applyOne(operation, result);
        }
        return result;
    }

    private static JsonNode applyOne(JsonNode operation, JsonNode document) throws DoesNotApplyException {
        String name = Json.textOrEmpty(operation, "op");
        String path = Json.text(operation, "path");
        if (path == null) {
            throw new DoesNotApplyException(name, "");
        }
        JsonNode value = operation.has("value") ? operation.get("value").deepCopy() : NULL;
        if (path.isEmpty()) {
            return whole(name, value, document);
        }
        switch (name) {
            case "add" -> Place.of(document, name, path).add(value);
            case "remove" -> Place.of(document, name, path).remove();
            case "replace" -> Place.of(document, name, path).replace(value);
            case "test" -> {
                if (!Place.of(document, name, path).get().equals(value)) {
                    throw new DoesNotApplyException(name, path);
                }
            }
            case "copy" -> {
                JsonNode copied = from(document, operation, name).get().deepCopy();
                Place.of(document, name, path).add(copied);
            }
            case "move" -> {
                Place from = from(document, operation, name);
                JsonNode moved = from.get();
                from.remove();
                Place.of(document, name, path).add(moved);
            }
            default -> throw new DoesNotApplyException(name, path);
        }
        return document;
    }

    /** An operation on the whole document, which can only be tested or replaced. */
    private static JsonNode whole(String operation, JsonNode value, JsonNode document) throws DoesNotApplyException {
        if (operation.equals("replace") && value.isContainer()) {
            return value;
        }
        if (operation.equals("test") && document.equals(value)) {
            return document;
        }
        throw new DoesNotApplyException(operation, "");
    }

    private static Place from(JsonNode document, JsonNode operation, String name) throws DoesNotApplyException {
        return Place.of(document, name, Json.textOrEmpty(operation, "from"));
    }

    /** A place in a document: a field of an object or an element of an array. */
    private record Place(JsonNode parent, String key, String operation, String path) {

        static Place of(JsonNode document, String operation, String path) throws DoesNotApplyException {
            List<String> parts = Arrays.stream(path.split("/", -1))
                    .skip(1)
                    .map(part -> part.replace("~1", "/").replace("~0", "~"))
                    .toList();
            if (parts.isEmpty()) {
                throw new DoesNotApplyException(operation, path);
            }
            JsonNode parent = document;
            for (String part : parts.subList(0, parts.size() - 1)) {
                parent = new Place(parent, part, operation, path).get();
            }
            if (!parent.isContainer()) {
                throw new DoesNotApplyException(operation, path);
            }
            return new Place(parent, parts.getLast(), operation, path);
        }

        /** What is there; null if that is a field that is missing. */
        JsonNode get() throws DoesNotApplyException {
            @Nullable JsonNode found = switch (parent) {
                case ArrayNode array -> array.get(index(array.size(), array.size() - 1));
                case ObjectNode object -> object.get(key);
                default -> throw doesNotApply();
            };
            return found == null ? NULL : found;
        }

        void add(JsonNode value) throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object -> object.set(key, value);
                case ArrayNode array when key.equals("-") -> array.add(value);
                case ArrayNode array -> array.insert(index(array.size() + 1, array.size()), value);
                default -> throw doesNotApply();
            }
        }

        void replace(JsonNode value) throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object -> object.set(key, value);
                case ArrayNode array -> array.set(index(array.size(), array.size() - 1), value);
                default -> throw doesNotApply();
            }
        }

        void remove() throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object when object.has(key) -> object.remove(key);
                case ArrayNode array -> array.remove(index(array.size(), array.size() - 1));
                default -> throw doesNotApply();
            }
        }

        /** The index that the key is, counted from {@code end} if negative. */
        private int index(int end, int last) throws DoesNotApplyException {
            if (!key.matches("[+-]?[0-9]{1,9}")) {
                throw doesNotApply();
            }
            int given = Integer.parseInt(key);
            int index = given < 0 ? end + given : given;
            if (index < 0 || index > last) {
                throw doesNotApply();
            }
            return index;
        }

        private DoesNotApplyException doesNotApply() {
            return new DoesNotApplyException(operation, path);
        }
    }
}
