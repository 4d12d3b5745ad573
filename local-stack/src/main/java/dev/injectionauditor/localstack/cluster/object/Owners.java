package dev.injectionauditor.localstack.cluster.object;

import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Who an object belongs to. */
public final class Owners {

    private Owners() {}

    /** A reference to an owner in the same namespace. */
    public record Owner(Key key, String uid) {

        /** The owner, if it is there and still the one that is meant. */
        public Optional<ObjectNode> find(Store store) {
            return store.get(key).filter(object -> Json.uid(object).equals(uid));
        }
    }

    /** All owner references. */
    public static Stream<Owner> all(ObjectNode object) {
        return references(object).flatMap(reference -> owner(object, reference).stream());
    }

    /** The owner reference that is the controller. */
    public static Optional<Owner> controller(ObjectNode object) {
        return references(object)
                .filter(reference -> reference.path("controller").asBoolean(false))
                .findFirst()
                .flatMap(reference -> owner(object, reference));
    }

    /** Whether this one is its controller, by uid. */
    public static boolean isControlledBy(ObjectNode object, ObjectNode controller) {
        return controller(object)
                .filter(owner -> owner.uid().equals(Json.uid(controller)))
                .isPresent();
    }

    /** Makes {@code controller} the controller of a new object. */
    public static void add(ObjectNode object, ObjectNode controller) {
        ObjectNode meta = Json.meta(object);
        ArrayNode references = meta.putArray("ownerReferences");
        references
                .addObject()
                .put("apiVersion", Json.textOrEmpty(controller, "apiVersion"))
                .put("kind", Json.textOrEmpty(controller, "kind"))
                .put("name", Json.name(controller))
                .put("uid", Json.uid(controller))
                .put("controller", true)
                .put("blockOwnerDeletion", true);
    }

    private static Stream<JsonNode> references(ObjectNode object) {
        return Json.elements(Json.at(object, "metadata", "ownerReferences"));
    }

    private static Optional<Owner> owner(ObjectNode object, JsonNode reference) {
        return Kind.named(Json.textOrEmpty(reference, "apiVersion"), Json.textOrEmpty(reference, "kind"))
                .map(kind -> new Owner(
                        new Key(
                                kind,
                                kind.namespaced() ? Json.namespace(object) : "",
                                Json.textOrEmpty(reference, "name")),
                        Json.textOrEmpty(reference, "uid")));
    }
}
