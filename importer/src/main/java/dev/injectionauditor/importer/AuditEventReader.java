package dev.injectionauditor.importer;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one audit event as a stream, and of it only what counts. Annotations are those that the API server writes about
 * mutating webhooks (Kubernetes documentation, "Audit Annotations").
 */
final class AuditEventReader {

    private static final String CALLED = "mutation.webhook.admission.k8s.io/";
    private static final String FAILED_OPEN = "failed-open.mutation.webhook.admission.k8s.io/";
    private static final String ANY_FAILED_OPEN = "failed-open.";
    private static final int CREATED = 201;

    private final JsonFactory json = new JsonFactory();

    /**
     * Reads a line as far as is needed: of one that is passed over, the rest may be anything.
     *
     * @param line the bytes of a line from {@code offset} on, {@code length} of them
     */
    Line read(byte[] line, int offset, int length) {
        Fields fields = new Fields();
        try (JsonParser parser = json.createParser(ObjectReadContext.empty(), line, offset, length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return new Skipped(Reason.NOT_JSON);
            }
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                fields.read(name, parser);
                Reason reason = fields.passOver();
                if (reason != null) {
                    return new Skipped(reason);
                }
            }
        } catch (JacksonException e) {
            return new Skipped(Reason.NOT_JSON);
        }
        return fields.line();
    }

    /** The parts of an event that have been read so far; their order in a line is not fixed. */
    private final class Fields {

        private @Nullable String kind;
        private @Nullable String apiVersion;
        private @Nullable String auditId;
        private @Nullable String stage;
        private @Nullable String verb;
        private @Nullable String uri;
        private @Nullable String time;
        private int code;
        private @Nullable String resource;
        private @Nullable String group;
        private @Nullable String subresource;
        private @Nullable String namespace;
        private @Nullable String name;
        private @Nullable String responseName;
        private @Nullable String responseUid;
        private boolean failedOpen;
        private final Map<String, Boolean> applied = new TreeMap<>();

        void read(String field, JsonParser parser) {
            switch (field) {
                case "kind" -> kind = text(parser);
                case "apiVersion" -> apiVersion = text(parser);
                case "auditID" -> auditId = text(parser);
                case "stage" -> stage = text(parser);
                case "verb" -> verb = text(parser);
                case "requestURI" -> uri = text(parser);
                case "stageTimestamp" -> time = text(parser);
                case "responseStatus" -> object(parser, this::status);
                case "objectRef" -> object(parser, this::reference);
                case "annotations" -> object(parser, this::annotation);
                case "responseObject" -> object(parser, this::response);
                default -> parser.skipChildren();
            }
        }

        private void status(String field, JsonParser parser) {
            if (field.equals("code") && parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                code = parser.getValueAsInt();
            } else {
                parser.skipChildren();
            }
        }

        private void reference(String field, JsonParser parser) {
            switch (field) {
                case "resource" -> resource = text(parser);
                case "apiGroup" -> group = text(parser);
                case "subresource" -> subresource = text(parser);
                case "namespace" -> namespace = text(parser);
                case "name" -> name = text(parser);
                default -> parser.skipChildren();
            }
        }

        private void annotation(String field, JsonParser parser) {
            String value = text(parser);
            failedOpen |= field.startsWith(ANY_FAILED_OPEN);
            if (value == null) {
                return;
            }
            if (field.startsWith(FAILED_OPEN)) {
                applied.put(value, false);
            } else if (field.startsWith(CALLED)) {
                // A webhook may be called again; one call that was missed counts.
                String webhook = webhook(value);
                if (webhook != null) {
                    applied.putIfAbsent(webhook, true);
                }
            }
        }

        private void response(String field, JsonParser parser) {
            if (field.equals("metadata")) {
                object(parser, this::responseMetadata);
            } else {
                parser.skipChildren();
            }
        }

        private void responseMetadata(String field, JsonParser parser) {
            switch (field) {
                case "name" -> responseName = text(parser);
                case "uid" -> responseUid = text(parser);
                default -> parser.skipChildren();
            }
        }

        /**
         * Why what has been read suffices to pass over the event, null if it does not. API servers write the objects,
         * which are most of a line, after all that decides.
         */
        @Nullable Reason passOver() {
            if (!isAuditEvent()) {
                return null;
            }
            if (!stage.equals("ResponseComplete")) {
                return Reason.OTHER_STAGE;
            }
            if (!verb.equals("create")) {
                return Reason.OTHER_VERB;
            }
            return resource != null && !isOfPods() ? Reason.OTHER_RESOURCE : null;
        }

        private boolean isAuditEvent() {
            return "Event".equals(kind) && "audit.k8s.io/v1".equals(apiVersion) && stage != null && verb != null;
        }

        private boolean isOfPods() {
            return "pods".equals(resource) && (group == null || group.isEmpty()) && subresource == null;
        }

        Line line() {
            if (!isAuditEvent()) {
                return new Skipped(Reason.NOT_AN_AUDIT_EVENT);
            }
            if (!isOfPods()) {
                return new Skipped(Reason.OTHER_RESOURCE);
            }
            if (uri != null && uri.contains("dryRun=")) {
                return new Skipped(Reason.DRY_RUN);
            }
            if (code != CREATED) {
                return new Skipped(Reason.NOT_CREATED);
            }
            return creation();
        }

        private Line creation() {
            try {
                return new PodCreation(
                        UUID.fromString(auditId == null ? "" : auditId),
                        Instant.parse(time == null ? "" : time),
                        namespace == null ? "" : namespace,
                        responseName == null ? name : responseName,
                        responseUid == null ? null : UUID.fromString(responseUid),
                        failedOpen,
                        applied);
            } catch (IllegalArgumentException | DateTimeException e) {
                return new Skipped(Reason.NOT_AN_AUDIT_EVENT);
            }
        }
    }

    /** The webhook that the value of an annotation names: JSON in a string. */
    private @Nullable String webhook(String value) {
        String[] found = new String[1];
        try (JsonParser parser = json.createParser(ObjectReadContext.empty(), value)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                    parser.nextToken();
                    if (name.equals("webhook")) {
                        found[0] = text(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
        } catch (JacksonException e) {
            return null;
        }
        return found[0];
    }

    private interface FieldReader {
        void read(String field, JsonParser parser);
    }

    private static void object(JsonParser parser, FieldReader reader) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return;
        }
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            reader.read(name, parser);
        }
    }

    /** The text at the parser; null, and passed over, if it is anything else. */
    private static @Nullable String text(JsonParser parser) {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            return parser.getString();
        }
        parser.skipChildren();
        return null;
    }
}
