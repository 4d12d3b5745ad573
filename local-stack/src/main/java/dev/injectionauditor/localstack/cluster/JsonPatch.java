package dev.injectionauditor.localstack.cluster;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies JSON patches (RFC 6902) as strictly as the API server does, whose library (evanphx/json-patch v4) knows no
 * way through a null and refuses a {@code remove} or {@code replace} of what is not there.
 */
final class JsonPatch {

    private JsonPatch() {}

    /** An operation that does not apply. */
    static final class DoesNotApplyException extends Exception {

        private static final long serialVersionUID = 1L;

        DoesNotApplyException(String operation, String path) {
            super(operation + " operation does not apply: doc is missing path: \"" + path + "\": missing value");
        }
    }

    /** @throws DoesNotApplyException if an operation does not apply; {@code document} is as it was */
    static JsonNode apply(JsonNode patch, JsonNode document) throws DoesNotApplyException {
        if (!patch.isArray()) {
            throw new DoesNotApplyException("unknown", "");
        }
        // A patch may replace the whole document, so it is held by another.
        ObjectNode holder = Json.object();
        holder.set("document", document.deepCopy());
        for (JsonNode operation : patch) {
            apply(operation, holder);
        }
        return holder.path("document");
    }

    private static void apply(JsonNode operation, ObjectNode holder) throws DoesNotApplyException {
        String name = Json.textOrEmpty(operation, "op");
        String path = Json.textOrEmpty(operation, "path");
        Target target = Target.of(holder, name, path);
        switch (name) {
            case "add" -> target.add(value(operation, name, path));
            case "remove" -> target.remove();
            case "replace" -> target.replace(value(operation, name, path));
            case "test" -> {
                if (!target.get().equals(operation.path("value"))) {
                    throw new DoesNotApplyException(name, path);
                }
            }
            case "copy" ->
                target.add(Target.of(holder, name, Json.textOrEmpty(operation, "from"))
                        .get()
                        .deepCopy());
            case "move" -> {
                Target from = Target.of(holder, name, Json.textOrEmpty(operation, "from"));
                JsonNode moved = from.get();
                from.remove();
                Target.of(holder, name, path).add(moved);
            }
            default -> throw new DoesNotApplyException(name, path);
        }
    }

    private static JsonNode value(JsonNode operation, String name, String path) throws DoesNotApplyException {
        JsonNode value = operation.get("value");
        if (value == null) {
            throw new DoesNotApplyException(name, path);
        }
        return value.deepCopy();
    }

    /** A place in a document: a field of an object or an element of an array. */
    private record Target(JsonNode parent, String key, String operation, String path) {

        static Target of(ObjectNode holder, String operation, String path) throws DoesNotApplyException {
            List<String> parts = new ArrayList<>(List.of("document"));
            Arrays.stream(path.split("/", -1))
                    .skip(1)
                    .map(part -> part.replace("~1", "/").replace("~0", "~"))
                    .forEach(parts::add);
            JsonNode parent = holder;
            for (String part : parts.subList(0, parts.size() - 1)) {
                parent = new Target(parent, part, operation, path).get();
            }
            return new Target(parent, parts.getLast(), operation, path);
        }

        JsonNode get() throws DoesNotApplyException {
            JsonNode found = parent instanceof ArrayNode array ? array.get(index(array.size() - 1)) : parent.get(key);
            if (found == null || (found.isNull() && !operation.equals("test"))) {
                throw doesNotApply();
            }
            return found;
        }

        void add(JsonNode value) throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object -> object.set(key, value);
                case ArrayNode array when key.equals("-") -> array.add(value);
                case ArrayNode array -> array.insert(index(array.size()), value);
                default -> throw doesNotApply();
            }
        }

        void replace(JsonNode value) throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object when object.has(key) -> object.set(key, value);
                case ArrayNode array -> array.set(index(array.size() - 1), value);
                default -> throw doesNotApply();
            }
        }

        void remove() throws DoesNotApplyException {
            switch (parent) {
                case ObjectNode object when object.has(key) -> object.remove(key);
                case ArrayNode array -> array.remove(index(array.size() - 1));
                default -> throw doesNotApply();
            }
        }

        private int index(int last) throws DoesNotApplyException {
            if (!key.matches("0|[1-9][0-9]{0,8}") || Integer.parseInt(key) > last) {
                throw doesNotApply();
            }
            return Integer.parseInt(key);
        }

        private DoesNotApplyException doesNotApply() {
            return new DoesNotApplyException(operation, path);
        }
    }
}
