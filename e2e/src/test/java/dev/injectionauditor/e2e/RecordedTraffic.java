package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a real control plane sent and told, moved in time by whole seconds. The webhook of the recording wrote no
 * stamps: the Pods get those that the webhook under test answers with, where the recorded audit log proves that the
 * call was applied.
 */
final class RecordedTraffic {

    /** The audit log of the recording, as it is. */
    static final Path AUDIT_LOG = recorded("kube-apiserver-audit.jsonl");

    /** Name of the webhook in the recording. */
    static final String WEBHOOK = "kubernetes-service-host.recorder.test";

    private static final String STAMP = "injection-auditor.dev/admission";
    private static final String FIRST_BEFORE_THE_RECORDER_RESTARTED = "020";

    private final JsonMapper json = JsonMapper.shared();
    private final Duration shift;
    private final List<JsonNode> watch;
    private final Set<String> notApplied;
    private final Map<String, String> stamps = new HashMap<>();

    /** A webhook under test. */
    interface Webhook {

        /** Gives its answer to a request body. */
        byte[] review(byte[] body) throws IOException, InterruptedException;
    }

    /** @param shift how much later everything is than it was */
    RecordedTraffic(Duration shift) throws IOException {
        this.shift = shift;
        try (Stream<String> lines = Files.lines(recorded("pod-watch.jsonl"))) {
            watch = lines.map(json::readTree).toList();
        }
        try (Stream<String> lines = Files.lines(AUDIT_LOG)) {
            notApplied = lines.map(json::readTree)
                    .filter(event -> event.path("annotations").propertyNames().stream()
                                    .noneMatch(name -> name.startsWith("mutation."))
                            || event.path("annotations").propertyNames().stream()
                                    .anyMatch(name -> name.startsWith("failed-open.")))
                    .map(event -> event.at("/responseObject/metadata/name").asString())
                    .collect(Collectors.toSet());
        }
    }

    /** Sends all recorded requests to the webhook, in their order, and keeps the stamps of its patches. */
    void callWebhook(Webhook webhook) throws IOException, InterruptedException {
        for (Path file : reviews()) {
            byte[] body = Files.readAllBytes(file);
            JsonNode request = json.readTree(body).get("request");
            JsonNode answer = json.readTree(webhook.review(body)).get("response");
            assertThat(answer.get("uid")).isEqualTo(request.get("uid"));
            if (!request.path("dryRun").asBoolean()) {
                stamp(
                        request.at("/object/metadata"),
                        stampIn(json.readTree(answer.get("patch").binaryValue())));
            }
        }
    }

    private static List<Path> reviews() throws IOException {
        try (Stream<Path> files = Files.list(recorded("admission-reviews"))) {
            // The recorder restarted at 001.
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted(Comparator.comparing((Path file) ->
                                    file.getFileName().toString().compareTo(FIRST_BEFORE_THE_RECORDER_RESTARTED) < 0)
                            .thenComparing(file -> file.getFileName().toString()))
                    .toList();
        }
    }

    private static String stampIn(JsonNode patch) {
        return patch.valueStream()
                .map(operation -> operation.get("path").asString().endsWith("/injection-auditor.dev~1admission")
                        ? operation.get("value")
                        : operation.path("value").path(STAMP))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .findFirst()
                .orElseThrow();
    }

    /** Of Pods with generated names it does not show which request was whose; in the order of both will do. */
    private void stamp(JsonNode requested, String stamp) {
        String name = requested.path("name").asString(null);
        watch.stream()
                .map(event -> event.at("/object/metadata/name").asString())
                .filter(pod -> name == null
                        ? pod.startsWith(requested.get("generateName").asString())
                        : pod.equals(name))
                .filter(pod -> !notApplied.contains(pod) && !stamps.containsKey(pod))
                .findFirst()
                .ifPresent(pod -> stamps.put(pod, stamp));
    }

    /** What the Pod watch told, in its order. */
    List<JsonNode> podEvents() {
        return watch.stream().map(this::moved).toList();
    }

    private JsonNode moved(JsonNode event) {
        ObjectNode copy = (ObjectNode) event.deepCopy();
        ObjectNode meta = (ObjectNode) copy.at("/object/metadata");
        if (meta.has("creationTimestamp")) {
            meta.put("creationTimestamp", later(meta.get("creationTimestamp").asString()));
        }
        String stamp = stamps.get(meta.path("name").asString());
        if (stamp != null) {
            meta.withObject("/annotations").put(STAMP, stamp);
        }
        return copy;
    }

    /** The webhook configuration of the recording, as if it had been made at that time and in that version. */
    ObjectNode configuration(String uid, String created, String version) {
        ObjectNode configuration = json.createObjectNode()
                .put("apiVersion", "admissionregistration.k8s.io/v1")
                .put("kind", "MutatingWebhookConfiguration");
        configuration
                .putObject("metadata")
                .put("name", "recorder")
                .put("uid", uid)
                .put("generation", 1)
                .put("resourceVersion", version)
                .put("creationTimestamp", later(created));
        configuration.putArray("webhooks").add(json.readTree("""
                {"name": "%s", "clientConfig": {"url": "https://127.0.0.1:19443/webhooks/kubernetes-service-host"},
                 "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
                 "failurePolicy": "Ignore", "matchPolicy": "Exact", "sideEffects": "NoneOnDryRun", "timeoutSeconds": 2,
                 "admissionReviewVersions": ["v1"]}
                """.formatted(WEBHOOK)));
        return configuration;
    }

    private String later(String time) {
        return Instant.parse(time).plus(shift).toString();
    }

    private static Path recorded(String name) {
        return Path.of("..", "auditor-svc", "src", "test", "resources", "recorded", name);
    }
}
