package dev.injectionauditor.schema;

import java.time.Instant;
import java.util.UUID;

/** Reads an {@link Admission} field by field. What is missing the record itself refuses. */
final class AdmissionFields {

    private AdmissionFields() {}

    /** @throws RuntimeException if it is not in the usual form */
    static Admission read(Fields fields) {
        UUID requestUid = null;
        String namespace = null;
        String name = null;
        String generateName = null;
        OwnerRef owner = null;
        int containers = Fields.MISSING;
        int patched = Fields.MISSING;
        Instant answeredAt = null;
        String replica = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "requestUid" -> requestUid = fields.uid();
                case "namespace" -> namespace = fields.name();
                case "name" -> name = fields.text();
                case "generateName" -> generateName = fields.name();
                case "owner" -> owner = OwnerFields.read(fields.object());
                case "containers" -> containers = fields.integer();
                case "patched" -> patched = fields.integer();
                case "answeredAt" -> answeredAt = fields.time();
                case "replica" -> replica = fields.name();
                default -> fields.skip();
            }
        }
        return new Admission(
                requestUid, namespace, name, generateName, owner, containers, patched, answeredAt, replica);
    }
}
