package dev.injectionauditor.k8s;

import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Reads manifests. */
final class Manifests {

    private Manifests() {}

    static boolean isKind(JsonNode object, String kind) {
        return object.path("kind").asString().equals(kind);
    }

    static String name(JsonNode object) {
        return object.at("/metadata/name").asString();
    }

    static String namespace(JsonNode object) {
        return object.at("/metadata/namespace").asString("");
    }

    /** The objects of a kind. */
    static Stream<JsonNode> all(List<JsonNode> objects, String kind) {
        return objects.stream().filter(object -> isKind(object, kind));
    }

    /** The only object of a kind with a name. */
    static JsonNode one(List<JsonNode> objects, String kind, String name) {
        List<JsonNode> found =
                all(objects, kind).filter(object -> name(object).equals(name)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " objects " + kind + " " + name);
        }
        return found.getFirst();
    }

    /** Whether Pods are made from an object's template. */
    static boolean hasPods(JsonNode object) {
        return object.at("/spec/template/spec").has("containers");
    }

    /** The spec of the Pods that are made from an object's template. */
    static JsonNode podSpec(JsonNode object) {
        return object.at("/spec/template/spec");
    }

    /** The only container of the Pods that are made from an object's template. */
    static JsonNode container(JsonNode object) {
        JsonNode containers = podSpec(object).path("containers");
        if (containers.size() != 1) {
            throw new AssertionError("not one container: " + name(object));
        }
        return containers.get(0);
    }

    /** Texts of a list. */
    static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::asString).toList();
    }
}
