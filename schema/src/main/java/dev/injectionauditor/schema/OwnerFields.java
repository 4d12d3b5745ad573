package dev.injectionauditor.schema;

import java.util.UUID;

/** Reads an {@link OwnerRef} field by field. */
final class OwnerFields {

    private OwnerFields() {}

    /** @throws RuntimeException if it is not in the usual form */
    static OwnerRef read(Fields fields) {
        String apiVersion = null;
        String kind = null;
        String name = null;
        UUID uid = null;
        for (String field = fields.next(); field != null; field = fields.next()) {
            switch (field) {
                case "apiVersion" -> apiVersion = fields.name();
                case "kind" -> kind = fields.name();
                case "name" -> name = fields.name();
                case "uid" -> uid = fields.uid();
                default -> fields.skip();
            }
        }
        return fields.same(new OwnerRef(apiVersion, kind, name, uid));
    }
}
