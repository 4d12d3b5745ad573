package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.scope.AdmissionVariables;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.observe.scope.JsonTrees;
import dev.injectionauditor.auditor.observe.scope.MatchConditions;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.Scope;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.api.model.WatchEvent;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The recorded Pods, read slim, against the same Pods read whole by the client library. */
class PodDecodingTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final Scope SCOPE = new Scope(Scope.Exemption.NO_CONFIGURATION, null);

    private final JsonMapper json = JsonMapper.shared();
    private final KubernetesSerialization wholes = new KubernetesSerialization();
    private final Set<MatchConditions> conditions = new HashSet<>();
    private final Set<UUID> decided = new HashSet<>();
    private final KubernetesSerialization slim = PodDecoding.serialization(() -> conditions, decided::contains);
    private List<ObjectNode> events;

    @BeforeEach
    void readRecording() throws Exception {
        events = Files.readAllLines(Path.of(
                        getClass().getResource("/recorded/pod-watch.jsonl").toURI()))
                .stream()
                .map(line -> (ObjectNode) json.readTree(line))
                .toList();
        assertThat(events).hasSizeGreaterThan(20);
    }

    @Test
    void shouldObserveTheSameOfEachRecordedEvent() {
        for (ObjectNode event : events) {
            Pod pod = slimPod(event);
            assertThat(pod).isInstanceOf(SlimPod.class);
            if (event.get("type").asString().equals("BOOKMARK")) {
                assertThat(pod.getMetadata().getResourceVersion())
                        .isEqualTo(event.at("/object/metadata/resourceVersion").asString());
            } else {
                assertSame(pod, wholes.unmarshal(event.get("object").toString(), Pod.class));
            }
        }
    }

    @Test
    void shouldObserveTheSameOfPodsThatSayMore() {
        for (ObjectNode event : pods()) {
            // Given all that may be said, and fields that nobody knows, some of them named like those that matter
            ObjectNode pod = (ObjectNode) event.get("object");
            ObjectNode meta = (ObjectNode) pod.get("metadata");
            ObjectNode annotations = meta.withObject("annotations");
            annotations.put(Injection.STAMP_ANNOTATION, "f79d6eb0-6639-4d1e-95d7-91bd7db98806");
            annotations.put(Injection.POLICY_ANNOTATION, "injected");
            annotations.put(RecreationSetting.NEVER_KEY, "");
            annotations.put(RecreationSetting.MODE_KEY, "plan");
            annotations.put(ScopeRule.MIRROR_ANNOTATION, "hash");
            annotations.put("other", "{\"metadata\":{\"uid\":\"no\"}}");
            meta.put("deletionTimestamp", "2026-11-23T06:59:00Z");
            meta.withObject("unknown").put("uid", "no").withArray("name").add(1);
            ObjectNode spec = (ObjectNode) pod.get("spec");
            spec.put("priorityClassName", "system-node-critical");
            ObjectNode init = spec.withArray("initContainers").addObject();
            init.put("name", "init").withObject("unknown").put("name", "no");
            init.withArray("env").addObject().put("value", "x").put("name", Injection.VARIABLE);
            spec.withArray("ephemeralContainers").addObject().put("name", "debug");
            pod.withObject("status").put("phase", "Failed").putNull("unknown");
            pod.putNull("unknown");

            // Then
            assertSame(slimPod(event), wholes.unmarshal(pod.toString(), Pod.class));
        }
    }

    @Test
    void shouldObserveTheSameOfPodsThatSayLess() {
        for (ObjectNode event : pods()) {
            ObjectNode pod = (ObjectNode) event.get("object");
            ((ObjectNode) pod.get("metadata")).putNull("annotations").remove("labels");
            ((ObjectNode) pod.get("metadata")).putNull("ownerReferences");
            ((ObjectNode) pod.at("/spec/containers/0")).putNull("env");
            pod.remove("status");

            assertSame(slimPod(event), wholes.unmarshal(pod.toString(), Pod.class));
        }
    }

    @Test
    void shouldKnowWhichOfTheRecordedPodsAreReady() {
        assertThat(pods()).extracting(event -> isReady(slimPod(event))).contains(true, false);
    }

    @Test
    void shouldReadListsInTheSameWay() {
        // Given
        ObjectNode list = json.createObjectNode().put("kind", "PodList").put("apiVersion", "v1");
        list.putObject("metadata").put("resourceVersion", "77").put("continue", "there");
        pods().forEach(event -> list.withArray("items").add(event.get("object")));

        // When
        PodList read = slim.unmarshal(list.toString(), PodList.class);

        // Then
        List<Pod> expected = wholes.unmarshal(list.toString(), PodList.class).getItems();
        assertThat(read.getMetadata().getContinue()).isEqualTo("there");
        assertThat(read.getMetadata().getResourceVersion()).isEqualTo("77");
        assertThat(read.getItems()).hasSameSizeAs(expected).hasOnlyElementsOfType(SlimPod.class);
        for (int i = 0; i < expected.size(); i++) {
            assertSame(read.getItems().get(i), expected.get(i));
        }
    }

    @Test
    void shouldGiveConditionsWhatTheyGetOfAWholePod() {
        AdmissionVariables variables = new AdmissionVariables(wholes);
        for (ObjectNode event : pods()) {
            // Given a Pod with a null in it, which API servers only write in the status
            Pod typed = wholes.unmarshal(event.get("object").toString(), Pod.class);
            ((ObjectNode) event.at("/object/spec")).putNull("schedulerHints");

            assertThat(json.readTree(json.writeValueAsString(
                            sent(AdmissionVariables.of(JsonTrees.map(event.get("object")), false)))))
                    .isEqualTo(json.readTree(json.writeValueAsString(sent(variables.of(typed, false)))));
        }
    }

    @Test
    void shouldDecideAboutAPodWhileItIsRead() {
        // Given conditions that ask for a field that is not read otherwise
        MatchConditions called = conditions("object.spec.schedulerName == 'default-scheduler'");
        MatchConditions notCalled = conditions("object.spec.schedulerName != 'default-scheduler'");
        for (ObjectNode event : pods()) {
            // When they are known, then a Pod that is read comes with what they decide, and else is as before
            conditions.addAll(List.of(called, notCalled));
            SlimPod pod = (SlimPod) slimPod(event);
            assertThat(pod.decision(called)).contains(MatchConditions.Decision.CALLED);
            assertThat(pod.decision(notCalled)).contains(MatchConditions.Decision.NOT_CALLED);
            assertSame(pod, wholes.unmarshal(event.get("object").toString(), Pod.class));

            // When it is decided already, or they are not known, then it does not
            UUID uid = UUID.fromString(pod.getMetadata().getUid());
            decided.add(uid);
            assertThat(((SlimPod) slimPod(event)).decision(called)).isEmpty();
            decided.remove(uid);
            conditions.clear();
            assertThat(((SlimPod) slimPod(event)).decision(called)).isEmpty();
        }
    }

    @Test
    void shouldReadBookmarksWhileThereAreConditions() {
        conditions.add(conditions("has(object.spec.nodeName)"));
        assertThat(events)
                .filteredOn(event -> event.get("type").asString().equals("BOOKMARK"))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(slimPod(event).getMetadata().getResourceVersion())
                        .isEqualTo(event.at("/object/metadata/resourceVersion").asString()));
    }

    private static MatchConditions conditions(String expression) {
        return MatchConditions.of(new MutatingWebhookBuilder()
                .withFailurePolicy("Ignore")
                .addNewMatchCondition(expression, "condition")
                .build());
    }

    /** Without the null of CEL, which is no JSON. */
    private static List<Object> sent(List<Map<String, Object>> variables) {
        return variables.stream()
                .map(of -> {
                    Map<Object, Object> object = new HashMap<>((Map<?, ?>) of.get("object"));
                    Map<Object, Object> meta = new HashMap<>((Map<?, ?>) object.get("metadata"));
                    meta.computeIfPresent("creationTimestamp", (key, value) -> value.toString());
                    object.put("metadata", meta);
                    return (Object) Map.of("object", object, "request", of.get("request"));
                })
                .toList();
    }

    @Test
    void shouldReadAnEventWhoseTypeComesLast() {
        ObjectNode event = pods().getFirst();
        ObjectNode turned = json.createObjectNode();
        turned.set("object", event.get("object"));
        turned.put("type", "ADDED");

        WatchEvent read = slim.unmarshal(turned.toString(), WatchEvent.class);
        assertThat(read.getType()).isEqualTo("ADDED");
        assertThat(read.getObject()).isInstanceOf(SlimPod.class);
        assertSame((Pod) read.getObject(), wholes.unmarshal(event.get("object").toString(), Pod.class));
    }

    @Test
    void shouldReadAnError() {
        WatchEvent read = slim.unmarshal("""
                {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":410}}""", WatchEvent.class);

        assertThat(read.getObject())
                .isInstanceOfSatisfying(
                        Status.class, status -> assertThat(status.getCode()).isEqualTo(410));
    }

    private List<ObjectNode> pods() {
        return events.stream()
                .filter(event -> !event.get("type").asString().equals("BOOKMARK"))
                .toList();
    }

    private Pod slimPod(ObjectNode event) {
        WatchEvent read = slim.unmarshal(event.toString(), WatchEvent.class);
        assertThat(read.getType()).isEqualTo(event.get("type").asString());
        return (Pod) read.getObject();
    }

    private static void assertSame(Pod read, Pod expected) {
        assertThat(PodMapper.observe(read, SCOPE, false, NOW))
                .isEqualTo(PodMapper.observe(expected, SCOPE, false, NOW));
        assertThat(orEmpty(read.getMetadata().getLabels()))
                .isEqualTo(orEmpty(expected.getMetadata().getLabels()));
        assertThat(isMirror(read)).isEqualTo(isMirror(expected));
        assertThat(isReady(read)).isEqualTo(isReady(expected));
    }

    private static boolean isMirror(Pod pod) {
        return orEmpty(pod.getMetadata().getAnnotations()).containsKey(ScopeRule.MIRROR_ANNOTATION);
    }

    private static boolean isReady(Pod pod) {
        return pod.getStatus() != null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }

    private static Map<String, String> orEmpty(Map<String, String> map) {
        return map == null ? Map.of() : map;
    }
}
