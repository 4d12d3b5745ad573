package dev.injectionauditor.importer;

import dev.injectionauditor.importer.Line.Reason;
import dev.injectionauditor.importer.Line.Skipped;
import dev.injectionauditor.schema.Timestamp;
import java.time.DateTimeException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an audit event that count and have been read so far; their order in a line is not fixed. Annotations are
 * those that the API server writes about mutating webhooks (Kubernetes documentation, "Audit Annotations").
 */
final class AuditEvent {

    private static final String CALLED = "mutation.webhook.admission.k8s.io/";
    private static final String FAILED_OPEN = "failed-open.mutation.webhook.admission.k8s.io/";
    private static final String ANY_FAILED_OPEN = "failed-open.";
    private static final Set<String> DECIDING =
            Set.of("kind", "apiVersion", "stage", "verb", "objectRef", "responseStatus");
    private static final int CREATED = 201;

    private final Function<String, @Nullable String> webhookOf;
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

    /** @param webhookOf the webhook that the value of an annotation names; null if it names none */
    AuditEvent(Function<String, @Nullable String> webhookOf) {
        this.webhookOf = webhookOf;
    }

    /**
     * Reads the value of a field.
     *
     * @return why what has been read suffices to pass over the event, null if it does not. API servers write the
     *     objects, which are most of a line, after all that decides
     */
    @Nullable Reason read(String field, Json json) {
        switch (field) {
            case "kind" -> kind = json.text();
            case "apiVersion" -> apiVersion = json.text();
            case "auditID" -> auditId = json.text();
            case "stage" -> stage = json.text();
            case "verb" -> verb = json.text();
            case "requestURI" -> uri = json.text();
            case "stageTimestamp" -> time = json.text();
            case "responseStatus" -> object(json, this::status);
            case "objectRef" -> object(json, this::reference);
            case "annotations" -> object(json, this::annotation);
            case "responseObject" -> object(json, this::response);
            default -> json.skip();
        }
        return DECIDING.contains(field) ? passOver() : null;
    }

    private void status(String field, Json json) {
        if (field.equals("code")) {
            code = json.integer(code);
        } else {
            json.skip();
        }
    }

    private void reference(String field, Json json) {
        switch (field) {
            case "resource" -> resource = json.text();
            case "apiGroup" -> group = json.text();
            case "subresource" -> subresource = json.text();
            case "namespace" -> namespace = json.text();
            case "name" -> name = json.text();
            default -> json.skip();
        }
    }

    private void annotation(String field, Json json) {
        failedOpen |= field.startsWith(ANY_FAILED_OPEN);
        boolean isMiss = field.startsWith(FAILED_OPEN);
        if (!isMiss && !field.startsWith(CALLED)) {
            // Among others the patch, which is long.
            json.skip();
            return;
        }
        String value = json.text();
        if (value == null) {
            return;
        }
        if (isMiss) {
            applied.put(value, false);
            return;
        }
        // A webhook may be called again; one call that was missed counts.
        String webhook = webhookOf.apply(value);
        if (webhook != null) {
            applied.putIfAbsent(webhook, true);
        }
    }

    private void response(String field, Json json) {
        if (field.equals("metadata")) {
            object(json, this::responseMetadata);
        } else {
            json.skip();
        }
    }

    private void responseMetadata(String field, Json json) {
        switch (field) {
            case "name" -> responseName = json.text();
            case "uid" -> responseUid = json.text();
            default -> json.skip();
        }
    }

    private @Nullable Reason passOver() {
        if (!isAuditEvent()) {
            return null;
        }
        if (!stage.equals("ResponseComplete")) {
            return Reason.OTHER_STAGE;
        }
        if (!mayCreate()) {
            return Reason.OTHER_VERB;
        }
        return resource != null && !isOfPods() ? Reason.OTHER_RESOURCE : null;
    }

    /** Server-side apply creates by a patch; only the code, which comes after the verb, tells it from other patches. */
    private boolean mayCreate() {
        return "create".equals(verb) || "patch".equals(verb) && (code == 0 || code == CREATED);
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
            return new Skipped("create".equals(verb) ? Reason.NOT_CREATED : Reason.OTHER_VERB);
        }
        return creation();
    }

    private Line creation() {
        try {
            return new PodCreation(
                    UUID.fromString(auditId == null ? "" : auditId),
                    Timestamp.parse(time == null ? "" : time),
                    namespace == null ? "" : namespace,
                    responseName == null ? name : responseName,
                    responseUid == null ? null : UUID.fromString(responseUid),
                    failedOpen,
                    applied);
        } catch (IllegalArgumentException | DateTimeException e) {
            return new Skipped(Reason.NOT_AN_AUDIT_EVENT);
        }
    }

    private interface FieldReader {
        void read(String field, Json json);
    }

    private static void object(Json json, FieldReader reader) {
        if (json.enter()) {
            for (String name = json.nextName(); name != null; name = json.nextName()) {
                reader.read(name, json);
            }
        }
    }
}
