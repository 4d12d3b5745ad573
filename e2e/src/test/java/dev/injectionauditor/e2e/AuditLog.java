package dev.injectionauditor.e2e;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The audit log of an API server, read as it grows. It has its own few lines of reading, so that a fault in the
 * importer cannot hide one in the auditor.
 */
final class AuditLog {

    /** What has to be logged. */
    static final String POLICY = """
            apiVersion: audit.k8s.io/v1
            kind: Policy
            omitStages: [RequestReceived]
            rules:
            - level: RequestResponse
              verbs: [create, patch]
              resources: [{group: "", resources: [pods]}]
            - level: None
            """;

    /** Server-side apply creates by a patch. */
    private static final List<String> CREATING = List.of("create", "patch");

    private static final String CALLED = "mutation.webhook.admission.k8s.io/";
    private static final String FAILED_OPEN = "failed-open.mutation.webhook.admission.k8s.io/";

    private final Path file;
    private final List<JsonNode> creations = new ArrayList<>();
    private long position;

    AuditLog(Path file) {
        this.file = file;
    }

    /** Calls of the webhook so far, in the order of the log. */
    synchronized List<Call> calls(String webhook) {
        readOn();
        return creations.stream()
                .filter(event -> isTold(event, webhook))
                .map(event -> call(event, webhook))
                .toList();
    }

    private void readOn() {
        if (!Files.exists(file)) {
            return;
        }
        try (RandomAccessFile log = new RandomAccessFile(file.toFile(), "r")) {
            log.seek(position);
            byte[] bytes = new byte[(int) (log.length() - position)];
            log.readFully(bytes);
            int start = 0;
            for (int at = 0; at < bytes.length; at++) {
                if (bytes[at] == '\n') {
                    take(new String(bytes, start, at - start, StandardCharsets.UTF_8));
                    start = at + 1;
                }
            }
            position += start;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void take(String line) {
        JsonNode event = JsonMapper.shared().readTree(line);
        boolean created = event.path("stage").asString("").equals("ResponseComplete")
                && CREATING.contains(event.path("verb").asString(""))
                && event.path("objectRef").path("resource").asString("").equals("pods")
                && event.path("objectRef").path("subresource").isMissingNode()
                && event.path("responseStatus").path("code").asInt(0) == 201;
        if (created) {
            creations.add(event);
        }
    }

    private static boolean isTold(JsonNode event, String webhook) {
        return isApplied(event, webhook) || isFailedOpen(event, webhook);
    }

    private static boolean isFailedOpen(JsonNode event, String webhook) {
        return event.path("annotations").properties().stream()
                .anyMatch(annotation -> annotation.getKey().startsWith(FAILED_OPEN)
                        && annotation.getValue().asString().equals(webhook));
    }

    private static boolean isApplied(JsonNode event, String webhook) {
        return event.path("annotations").properties().stream()
                .filter(annotation -> annotation.getKey().startsWith(CALLED))
                .map(annotation ->
                        JsonMapper.shared().readTree(annotation.getValue().asString()))
                .anyMatch(call -> call.path("webhook").asString("").equals(webhook));
    }

    private static Call call(JsonNode event, String webhook) {
        JsonNode pod = event.path("responseObject").path("metadata");
        boolean dryRun = event.path("requestURI").asString("").contains("dryRun=");
        return new Call(
                UUID.fromString(pod.path("uid").asString()),
                pod.path("namespace").asString() + "/" + pod.path("name").asString(),
                Instant.parse(pod.path("creationTimestamp").asString()),
                dryRun ? 0 : Long.parseLong(pod.path("resourceVersion").asString()),
                Instant.parse(event.path("requestReceivedTimestamp").asString()),
                Instant.parse(event.path("stageTimestamp").asString()),
                !isFailedOpen(event, webhook),
                dryRun);
    }
}
