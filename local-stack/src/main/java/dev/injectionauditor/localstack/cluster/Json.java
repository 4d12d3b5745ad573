package dev.injectionauditor.localstack.cluster;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How objects of the API are read and written as JSON trees. */
final class Json {

    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The text at a path of field names; null if there is none. */
    static @Nullable String text(JsonNode node, String... path) {
        JsonNode found = at(node, path);
        return found.isString() ? found.stringValue() : null;
    }

    /** The text at a path of field names; empty if there is none. */
    static String textOrEmpty(JsonNode node, String... path) {
        String text = text(node, path);
        return text == null ? "" : text;
    }

    static int number(JsonNode node, int otherwise, String... path) {
        JsonNode found = at(node, path);
        return found.isIntegralNumber() ? found.intValue() : otherwise;
    }

    static JsonNode at(JsonNode node, String... path) {
        JsonNode found = node;
        for (String name : path) {
            found = found.path(name);
        }
        return found;
    }

    static Stream<JsonNode> elements(JsonNode array) {
        return array.isArray() ? array.valueStream() : Stream.empty();
    }

    /** The metadata of an object, made if it is not there. */
    static ObjectNode meta(ObjectNode object) {
        return child(object, "metadata");
    }

    /** The object in this field, made if it is not there. */
    static ObjectNode child(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode child ? child : parent.putObject(field);
    }

    static String name(JsonNode object) {
        return textOrEmpty(object, "metadata", "name");
    }

    static String namespace(JsonNode object) {
        return textOrEmpty(object, "metadata", "namespace");
    }

    static String uid(JsonNode object) {
        return textOrEmpty(object, "metadata", "uid");
    }

    /** A copy without fields that are null: the API server decodes into types that cannot tell null from absent. */
    static JsonNode withoutNulls(JsonNode node) {
        return switch (node) {
            case ObjectNode object -> {
                ObjectNode copy = object();
                object.properties().stream()
                        .filter(field -> !field.getValue().isNull())
                        .forEach(field -> copy.set(field.getKey(), withoutNulls(field.getValue())));
                yield copy;
            }
            case ArrayNode array -> {
                ArrayNode copy = MAPPER.createArrayNode();
                array.forEach(element -> copy.add(withoutNulls(element)));
                yield copy;
            }
            default -> node;
        };
    }

    static boolean isTerminating(JsonNode object) {
        return text(object, "metadata", "deletionTimestamp") != null;
    }

    static Map<String, String> labels(JsonNode object) {
        Map<String, String> labels = new TreeMap<>();
        at(object, "metadata", "labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
        return labels;
    }
}
