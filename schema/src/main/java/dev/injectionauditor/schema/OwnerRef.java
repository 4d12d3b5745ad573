package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.UUID;

/**
 * The controller of a Pod: the owner reference that has {@code controller: true}.
 *
 * @param apiVersion such as {@code apps/v1}
 * @param kind such as {@code ReplicaSet}
 * @param name name of the controller, in the Pod's namespace
 * @param uid {@code metadata.uid} of the controller, as {@link #uidOf} reads it
 */
public record OwnerRef(String apiVersion, String kind, String name, UUID uid) {

    /** @throws IllegalArgumentException if a field is missing */
    public OwnerRef {
        required("owner.apiVersion", apiVersion);
        required("owner.kind", kind);
        required("owner.name", name);
        required("owner.uid", uid);
    }

    /**
     * The uid of an owner reference. The API server only demands that it is not empty: for a text that is no UUID as
     * API servers write them, the name-based UUID of the text (RFC 9562, version 3) stands, so that different texts
     * stay different owners, and the webhook and the observer mean the same one.
     */
    public static UUID uidOf(String text) {
        try {
            UUID uid = UUID.fromString(text);
            // Java takes shorter parts, too, and capitals.
            if (uid.toString().equals(text)) {
                return uid;
            }
        } catch (IllegalArgumentException e) {
            // No UUID in any way of writing: named below.
        }
        return UUID.nameUUIDFromBytes(text.getBytes(UTF_8));
    }
}
