package dev.injectionauditor.localstack.cluster.object;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** How objects of the API are read and written as JSON trees. */
public final class Json {

    /** Reads and writes JSON as it is. */
    public static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    /** A new object without fields. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** The text at a path of field names; null if there is none. */
    public static @Nullable String text(JsonNode node, String... path) {
        JsonNode found = at(node, path);
        return found.isString() ? found.stringValue() : null;
    }

    /** The text at a path of field names; empty if there is none. */
    public static String textOrEmpty(JsonNode node, String... path) {
        String text = text(node, path);
        return text == null ? "" : text;
    }

    /** The number at a path, or another one if there is none. */
    public static int number(JsonNode node, int otherwise, String... path) {
        JsonNode found = at(node, path);
        return found.isIntegralNumber() ? found.intValue() : otherwise;
    }

    /** What is at a path; a missing node if there is nothing. */
    public static JsonNode at(JsonNode node, String... path) {
        JsonNode found = node;
        for (String name : path) {
            found = found.path(name);
        }
        return found;
    }

    /** The elements of an array; none of what is no array. */
    public static Stream<JsonNode> elements(JsonNode array) {
        return array.isArray() ? array.valueStream() : Stream.empty();
    }

    /** The metadata of an object, made if it is not there. */
    public static ObjectNode meta(ObjectNode object) {
        return child(object, "metadata");
    }

    /** The object in this field, made if it is not there. */
    public static ObjectNode child(ObjectNode parent, String field) {
        return parent.get(field) instanceof ObjectNode child ? child : parent.putObject(field);
    }

    /** {@code metadata.name}; empty if there is none. */
    public static String name(JsonNode object) {
        return textOrEmpty(object, "metadata", "name");
    }

    /** {@code metadata.namespace}; empty if there is none. */
    public static String namespace(JsonNode object) {
        return textOrEmpty(object, "metadata", "namespace");
    }

    /** {@code metadata.uid}; empty if there is none. */
    public static String uid(JsonNode object) {
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

    /** Whether it has a deletionTimestamp. */
    public static boolean isTerminating(JsonNode object) {
        return text(object, "metadata", "deletionTimestamp") != null;
    }

    /** {@code metadata.labels}. */
    public static Map<String, String> labels(JsonNode object) {
        Map<String, String> labels = new TreeMap<>();
        at(object, "metadata", "labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asString()));
        return labels;
    }
}
