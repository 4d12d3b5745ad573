package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import java.util.UUID;

/**
 * A Pod that exists or existed. The uid alone identifies it: StatefulSets give a name again.
 *
 * @param namespace namespace of the Pod
 * @param name name of the Pod
 * @param uid {@code metadata.uid}, unique over time within a cluster
 */
public record PodRef(String namespace, String name, UUID uid) {

    /** @throws IllegalArgumentException if a field is missing */
    public PodRef {
        required("pod.namespace", namespace);
        required("pod.name", name);
        required("pod.uid", uid);
    }
}
