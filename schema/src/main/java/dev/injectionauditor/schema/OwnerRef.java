package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import java.util.UUID;

/**
 * The controller of a Pod: the owner reference that has {@code controller: true}.
 *
 * @param apiVersion such as {@code apps/v1}
 * @param kind such as {@code ReplicaSet}
 * @param name name of the controller, in the Pod's namespace
 * @param uid {@code metadata.uid} of the controller
 */
public record OwnerRef(String apiVersion, String kind, String name, UUID uid) {

    /** @throws IllegalArgumentException if a field is missing */
    public OwnerRef {
        required("owner.apiVersion", apiVersion);
        required("owner.kind", kind);
        required("owner.name", name);
        required("owner.uid", uid);
    }
}
