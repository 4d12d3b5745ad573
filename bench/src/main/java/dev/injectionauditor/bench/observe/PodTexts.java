package dev.injectionauditor.bench.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Makes Pods like the recorded ones, as JSON and quickly. */
final class PodTexts {

    private static final Path RECORDED = Path.of("auditor-svc/src/test/resources/recorded/pod-watch.jsonl");
    private static final int PODS_OF_AN_OWNER = 30;

    private final List<String> injected;
    private final List<String> missed;

    PodTexts() throws IOException {
        JsonMapper json = JsonMapper.shared();
        List<ObjectNode> pods = Files.readAllLines(RECORDED).stream()
                .map(json::readTree)
                .filter(event -> event.get("type").asString().equals("MODIFIED"))
                .map(event -> (ObjectNode) event.get("object"))
                .filter(pod -> pod.get("metadata").has("ownerReferences")
                        && pod.get("status").get("phase").asString().equals("Running"))
                .toList();
        this.injected = pods.stream()
                .filter(pod -> pod.toString().contains("KUBERNETES_SERVICE_HOST"))
                .map(pod -> template(pod, true))
                .toList();
        this.missed = pods.stream()
                .filter(pod -> !pod.toString().contains("KUBERNETES_SERVICE_HOST"))
                .map(pod -> template(pod, false))
                .toList();
    }

    private static String template(ObjectNode pod, boolean stamped) {
        ObjectNode copy = pod.deepCopy();
        ObjectNode meta = (ObjectNode) copy.get("metadata");
        meta.put("name", "some-workload-@OWNER-@POD");
        meta.put("generateName", "some-workload-@OWNER-");
        meta.put("uid", "@UID");
        meta.put("resourceVersion", "@VERSION");
        meta.put("creationTimestamp", "@CREATED");
        if (stamped) {
            meta.withObject("annotations").put("injection-auditor.dev/admission", "@STAMP");
        }
        ObjectNode owner = (ObjectNode) meta.get("ownerReferences").get(0);
        owner.put("name", "some-workload-@OWNER");
        owner.put("uid", "@CONTROLLER");
        return copy.toString();
    }

    /** A Pod that has the injection. */
    String injected(int number, long version, Instant created) {
        return fill(injected.get(number % injected.size()), number, version, created);
    }

    /** A Pod that was missed. */
    String missed(int number, long version, Instant created) {
        return fill(missed.get(number % missed.size()), number, version, created);
    }

    static UUID uid(int number) {
        return new UUID(0x4000L, number);
    }

    private static String fill(String template, int number, long version, Instant created) {
        int owner = number / PODS_OF_AN_OWNER;
        return template.replace("@UID", uid(number).toString())
                .replace("@OWNER", Integer.toString(owner))
                .replace("@POD", Integer.toString(number, 36))
                .replace("@VERSION", Long.toString(version))
                .replace("@CREATED", created.truncatedTo(ChronoUnit.SECONDS).toString())
                .replace("@STAMP", new UUID(0x14000L, number).toString())
                .replace("@CONTROLLER", new UUID(0x24000L, owner).toString());
    }
}
