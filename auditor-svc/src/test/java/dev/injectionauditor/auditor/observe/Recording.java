package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.PodTracker;
import dev.injectionauditor.auditor.observe.scope.ConfiguredWebhook;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.observe.scope.LabelsInForce;
import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The recorded traffic of a real control plane, as the observer and the webhook would have told it. The webhook of the
 * recording wrote no stamps; they are added here, to the Pods that its audit log proves to have been patched or called.
 */
public final class Recording {

    /** Name of the watched webhook in the recording. */
    public static final String WEBHOOK = "kubernetes-service-host.recorder.test";

    private static final Instant CONFIGURED = Instant.parse("2026-11-23T06:43:00Z");
    private static final Instant DELETED = Instant.parse("2026-11-23T06:43:41.827Z");
    private static final Instant RESTORED = Instant.parse("2026-11-23T06:43:43.163Z");

    private static final Set<String> NOT_APPLIED = Set.of(
            "web-8d88b6668-5vkzc",
            "web-8d88b6668-4b4sr",
            "web-8d88b6668-2lt9z",
            "web-8d88b6668-wjq5m",
            "bare-a",
            "bare-b",
            "preset",
            "slow-a",
            "slow-b",
            "web-8d88b6668-cpp5l",
            "web-8d88b6668-tw7rz",
            "unhooked");

    private static final String HIGHEST_BEFORE_RESTART = "020";

    private final JsonMapper json = JsonMapper.builder().build();
    private final KubernetesSerialization kubernetes = new KubernetesSerialization();
    private final Map<String, UUID> stamps = new LinkedHashMap<>();
    private final List<Event> admissions = new ArrayList<>();
    private final List<Event> observations = new ArrayList<>();

    /** Reads the recording. */
    public Recording() throws IOException {
        List<JsonNode> watch = watch();
        readAdmissions(watch);
        observe(watch);
    }

    /** What the webhook told, in the order of its answers. */
    public List<Event> admissions() {
        return admissions;
    }

    /** What the observer told, in the order of the watch. */
    public List<Event> observations() {
        return observations;
    }

    private List<JsonNode> watch() throws IOException {
        try (Stream<String> lines = Files.lines(file("pod-watch.jsonl"))) {
            return lines.map(json::readTree)
                    .filter(event -> !event.get("type").asString().equals("BOOKMARK"))
                    .toList();
        }
    }

    private void readAdmissions(List<JsonNode> watch) throws IOException {
        List<Path> reviews;
        try (Stream<Path> files = Files.list(file("admission-reviews"))) {
            // The recorder restarted at 001, so 020 and higher come first.
            reviews = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted(Comparator.comparing(
                                    (Path file) -> file.getFileName().toString().compareTo(HIGHEST_BEFORE_RESTART) < 0)
                            .thenComparing(file -> file.getFileName().toString()))
                    .toList();
        }
        for (Path review : reviews) {
            JsonNode request = json.readTree(Files.readAllBytes(review)).get("request");
            if (!request.path("dryRun").asBoolean()) {
                admission(request, watch);
            }
        }
    }

    private void admission(JsonNode request, List<JsonNode> watch) {
        JsonNode meta = request.get("object").get("metadata");
        String name = meta.path("name").asString(null);
        String generateName = meta.path("generateName").asString(null);
        UUID uid = UUID.fromString(request.get("uid").asString());
        Instant created = watch.stream()
                .map(event -> event.get("object").get("metadata"))
                .filter(pod -> name == null
                        ? pod.get("name").asString().startsWith(generateName)
                        : pod.get("name").asString().equals(name))
                .filter(pod -> name != null
                        || (!stamps.containsKey(pod.get("name").asString())
                                && !NOT_APPLIED.contains(pod.get("name").asString())))
                .findFirst()
                .map(pod -> {
                    if (!NOT_APPLIED.contains(pod.get("name").asString())) {
                        stamps.put(pod.get("name").asString(), uid);
                    }
                    return Instant.parse(pod.get("creationTimestamp").asString());
                })
                // Of the Pods that the job controller made after the end of the recorded watch.
                .orElse(Instant.parse("2026-11-23T06:45:00Z"));
        admissions.add(new Admission(
                uid,
                request.get("namespace").asString(),
                name,
                generateName,
                owner(meta),
                1,
                1,
                created.plusMillis(500),
                "recorder"));
    }

    private static OwnerRef owner(JsonNode meta) {
        JsonNode owner = meta.path("ownerReferences").path(0);
        return owner.isMissingNode()
                ? null
                : new OwnerRef(
                        owner.get("apiVersion").asString(),
                        owner.get("kind").asString(),
                        owner.get("name").asString(),
                        UUID.fromString(owner.get("uid").asString()));
    }

    private void observe(List<JsonNode> watch) throws IOException {
        MutatingWebhookConfiguration configuration = kubernetes.unmarshal(
                Files.readString(file("mutatingwebhookconfiguration.yaml")), MutatingWebhookConfiguration.class);
        configuration.getMetadata().setUid(UUID.randomUUID().toString());
        configuration.getMetadata().setCreationTimestamp(CONFIGURED.toString());
        ConfiguredNow configured = new ConfiguredNow(configuration);
        PodTracker tracker = new PodTracker(pod -> ScopeRule.decide(
                        pod,
                        configured.at(Instant.parse(pod.getMetadata().getCreationTimestamp())),
                        new LabelsInForce(Map.of(), Instant.EPOCH),
                        conditions -> MatchConditions.Decision.UNDECIDABLE)
                .scope());
        for (JsonNode event : watch) {
            Pod pod = stamped(event.get("object"));
            Instant seen =
                    Instant.parse(pod.getMetadata().getCreationTimestamp()).plusMillis(700);
            if (event.get("type").asString().equals("DELETED")) {
                observations.add(tracker.gone(pod, seen));
            } else {
                tracker.seen(pod, seen).ifPresent(observations::add);
            }
        }
    }

    private Pod stamped(JsonNode object) {
        ObjectNode copy = (ObjectNode) object.deepCopy();
        ObjectNode meta = (ObjectNode) copy.get("metadata");
        UUID stamp = stamps.get(meta.get("name").asString());
        if (stamp != null) {
            meta.withObject("/annotations").put(Injection.STAMP_ANNOTATION, stamp.toString());
        }
        return kubernetes.unmarshal(json.writeValueAsString(copy), Pod.class);
    }

    /** The configuration as it was at a time: it was deleted for a moment. */
    private record ConfiguredNow(MutatingWebhookConfiguration configuration) {

        ConfiguredWebhook at(Instant time) {
            Instant end = time.plusSeconds(1);
            if (end.isAfter(DELETED) && time.isBefore(RESTORED)) {
                return null;
            }
            return new ConfiguredWebhook(
                    configuration.getMetadata().getName(),
                    UUID.fromString(configuration.getMetadata().getUid()),
                    1,
                    time.isBefore(DELETED) ? CONFIGURED : RESTORED,
                    configuration.getWebhooks().getFirst(),
                    MatchConditions.of(configuration.getWebhooks().getFirst()));
        }
    }

    private static Path file(String name) {
        try {
            return Path.of(Recording.class.getResource("/recorded/" + name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
