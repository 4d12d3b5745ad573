package dev.injectionauditor.localstack.cluster.api;

import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Key;
import tools.jackson.databind.node.ObjectNode;

/** The scale subresource. */
final class Scale {

    private Scale() {}

    static ObjectNode of(ObjectNode object) {
        ObjectNode scale = Json.object().put("kind", "Scale").put("apiVersion", "autoscaling/v1");
        ObjectNode meta = scale.putObject("metadata");
        for (String field : new String[] {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"}) {
            meta.put(field, Json.textOrEmpty(object, "metadata", field));
        }
        scale.putObject("spec").put("replicas", Json.number(object, 1, "spec", "replicas"));
        scale.putObject("status").put("replicas", Json.number(object, 0, "status", "replicas"));
        return scale;
    }

    /** The object with the replicas that the scale wants. */
    static ObjectNode apply(Key key, ObjectNode current, ObjectNode scale) {
        ObjectNode wanted = current.deepCopy();
        Json.child(wanted, "spec").put("replicas", Json.number(scale, 1, "spec", "replicas"));
        Json.meta(wanted).put("resourceVersion", Json.textOrEmpty(scale, "metadata", "resourceVersion"));
        return Changes.of(key, current, wanted, null);
    }
}
