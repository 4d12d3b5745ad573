package dev.injectionauditor.webhook;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Applies {@code add} operations as the API server does: a model of evanphx/json-patch v4, which differs from RFC 6902
 * and from other libraries in what it makes of null. A null on the way to the target counts as missing, whether it is a
 * field or an element of an array; a field that is null can be set.
 */
final class GoJsonPatch {

    private GoJsonPatch() {}

    /** @throws IllegalArgumentException if an operation does not apply; the API server would reject the request */
    static JsonNode apply(JsonNode patch, JsonNode document) {
        JsonNode patched = document.deepCopy();
        for (JsonNode operation : patch) {
            if (!operation.get("op").stringValue().equals("add")) {
                throw new IllegalArgumentException("not modelled: " + operation);
            }
            add(
                    patched,
                    operation.get("path").stringValue(),
                    operation.get("value").deepCopy());
        }
        return patched;
    }

    private static void add(JsonNode document, String path, JsonNode value) {
        // The first part is the empty one before the leading slash.
        Deque<String> parts = new ArrayDeque<>(Arrays.asList(path.split("/", -1)));
        parts.removeFirst();
        String key = unescaped(parts.removeLast());
        JsonNode parent = document;
        for (String part : parts) {
            parent = parent instanceof ArrayNode array ? array.get(index(part)) : parent.get(unescaped(part));
            if (parent == null || parent.isNull()) {
                throw new IllegalArgumentException("add operation does not apply: doc is missing path: " + path);
            }
        }
        switch (parent) {
            case ObjectNode object -> object.set(key, value);
            case ArrayNode array when key.equals("-") -> array.add(value);
            case ArrayNode array when index(key) <= array.size() -> array.insert(index(key), value);
            default -> throw new IllegalArgumentException("add operation does not apply: " + path);
        }
    }

    private static String unescaped(String part) {
        return part.replace("~1", "/").replace("~0", "~");
    }

    private static int index(String part) {
        return Integer.parseInt(part);
    }
}
