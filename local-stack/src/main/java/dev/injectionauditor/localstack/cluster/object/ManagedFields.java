package dev.injectionauditor.localstack.cluster.object;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import tools.jackson.databind.node.ObjectNode;

/**
 * When an object was last written, as the API server notes it in {@code metadata.managedFields}. Who wrote which fields
 * is left out: there is one writer, and its list of fields is empty.
 */
public final class ManagedFields {

    private ManagedFields() {}

    /** Notes a change of an object by a client. */
    public static void note(ObjectNode object, Instant now) {
        Json.meta(object)
                .putArray("managedFields")
                .addObject()
                .put("manager", "simulation")
                .put("operation", "Update")
                .put("apiVersion", Json.textOrEmpty(object, "apiVersion"))
                .put("time", now.truncatedTo(ChronoUnit.SECONDS).toString())
                .put("fieldsType", "FieldsV1")
                .putObject("fieldsV1");
    }
}
