package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.admission.WebhookRules;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Decoding;
import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import dev.injectionauditor.localstack.cluster.object.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of an object when a client asks to change it. */
final class Changes {

    /** Metadata that only the API server sets. */
    private static final List<String> OURS = List.of(
            "name",
            "generateName",
            "namespace",
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "managedFields",
            "resourceVersion");

    private static final Set<String> CHANGEABLE_IN_PODS = Set.of("tolerations", "activeDeadlineSeconds");

    private Changes() {}

    /**
     * The object that is to be stored.
     *
     * @param current what is stored now
     * @param wanted what the client sent, or what its patch made of {@code current}
     * @param subresource {@code status}, or null for the object itself
     * @throws ApiException if that may not be
     */
    static ObjectNode of(Key key, ObjectNode current, ObjectNode wanted, @Nullable String subresource) {
        check(key, wanted);
        String version = Json.textOrEmpty(wanted, "metadata", "resourceVersion");
        if (version.isEmpty() && key.kind().needsVersion()) {
            throw ApiException.invalid(
                    key.kind(),
                    key.name(),
                    "metadata.resourceVersion: Invalid value: 0x0: must be specified for an update");
        }
        if (!version.isEmpty() && !version.equals(Json.text(current, "metadata", "resourceVersion"))) {
            throw ApiException.changedMeanwhile(key);
        }
        String uid = Json.uid(wanted);
        if (!uid.isEmpty() && !uid.equals(Json.uid(current))) {
            throw ApiException.conflict(
                    key,
                    "Precondition failed: UID in precondition: " + uid + ", UID in object meta: " + Json.uid(current));
        }
        if (subresource != null) {
            ObjectNode result = current.deepCopy();
            copy(wanted, result, "status");
            return result;
        }
        ObjectNode result = Decoding.of(key.kind(), wanted);
        OURS.forEach(field -> copy((ObjectNode) current.path("metadata"), Json.meta(result), field));
        if (key.kind().subresources().contains("status")) {
            copy(current, result, "status");
        }
        if (key.kind().hasGeneration() && !intention(result).equals(intention(current))) {
            Json.meta(result).put("generation", Json.number(current, 0, "metadata", "generation") + 1);
        }
        validate(key, current, result);
        return result;
    }

    private static void check(Key key, ObjectNode wanted) {
        if (!key.kind().name().equals(Json.text(wanted, "kind"))
                || !key.kind().apiVersion().equals(Json.text(wanted, "apiVersion"))) {
            throw ApiException.badRequest(
                    "the object provided is not a " + key.kind().name());
        }
        String name = Json.name(wanted);
        if (!name.isEmpty() && !name.equals(key.name())) {
            throw ApiException.badRequest(
                    "the name of the object (" + name + ") does not match the name on the URL (" + key.name() + ")");
        }
    }

    /** What counts for the generation. */
    private static ObjectNode intention(ObjectNode object) {
        return object.deepCopy().remove(List.of("metadata", "status"));
    }

    private static void copy(ObjectNode from, ObjectNode into, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            into.remove(field);
        } else {
            into.set(field, value.deepCopy());
        }
    }

    private static void validate(Key key, ObjectNode current, ObjectNode result) {
        if (key.kind().equals(Kind.POD) && !fixedPart(current.path("spec")).equals(fixedPart(result.path("spec")))) {
            throw ApiException.invalid(
                    Kind.POD,
                    key.name(),
                    "spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
                            + "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations`");
        }
        if (key.kind().equals(Kind.MUTATING_WEBHOOKS)) {
            WebhookRules.validate(result);
        }
    }

    private static JsonNode fixedPart(JsonNode spec) {
        JsonNode fixed = spec.deepCopy();
        if (fixed instanceof ObjectNode object) {
            object.remove(CHANGEABLE_IN_PODS);
            for (String containers : new String[] {"containers", "initContainers"}) {
                Json.elements(object.path(containers)).forEach(container -> ((ObjectNode) container).remove("image"));
            }
        }
        return fixed;
    }
}
