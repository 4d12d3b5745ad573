package dev.injectionauditor.auditor.observe.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Holds it against what a real API server sent to its webhook and then stored. */
class SentPodTest {

    private final JsonMapper json = JsonMapper.builder().build();
    private final KubernetesSerialization kubernetes = new KubernetesSerialization();
    private final AdmissionVariables variables = new AdmissionVariables(kubernetes);

    @TestFactory
    Stream<DynamicTest> shouldBeWhatTheApiServerSent() throws Exception {
        // Given the Pods that the webhook was asked about and that were stored under a name of their own
        Path recorded = Path.of(SentPodTest.class.getResource("/recorded").toURI());
        List<JsonNode> stored;
        try (Stream<String> lines = Files.lines(recorded.resolve("pod-watch.jsonl"))) {
            stored = lines.map(json::readTree)
                    .filter(event -> event.get("type").asString().equals("ADDED"))
                    .map(event -> event.get("object"))
                    .toList();
        }
        List<JsonNode> sent;
        try (Stream<Path> files = Files.list(recorded.resolve("admission-reviews"))) {
            sent = files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .map(file -> json.readTree(file.toFile()).get("request"))
                    .filter(request -> !request.path("dryRun").asBoolean())
                    .toList();
        }

        // Then what is worked out from the stored Pod is what was sent
        List<DynamicTest> tests = sent.stream()
                .flatMap(request -> stored.stream()
                        .filter(pod -> isOf(pod, request.get("object")))
                        .map(pod -> DynamicTest.dynamicTest(
                                pod.get("metadata").get("name").asString(), () -> compare(pod, request))))
                .toList();
        assertThat(tests).hasSizeGreaterThan(10);
        return tests.stream();
    }

    @Test
    void shouldLeaveWhatAPolicyHasInjected() {
        // Given a stamped Pod that a policy had injected the variable into before the webhook was called
        Map<String, Object> pod = Map.of(
                "metadata",
                Map.of(
                        "annotations",
                        Map.of(Injection.STAMP_ANNOTATION, "any", Injection.POLICY_ANNOTATION, "injected")),
                "spec",
                Map.of(
                        "containers",
                        List.of(Map.of("name", "web", "env", List.of(Map.of("name", Injection.VARIABLE))))));

        // Then it was there when the webhook was called
        assertThat(SentPod.possible(pod))
                .isNotEmpty()
                .allSatisfy(sent -> assertThat(sent.get("spec")).isEqualTo(pod.get("spec")));
    }

    private void compare(JsonNode pod, JsonNode request) {
        Pod injected = kubernetes.unmarshal(stamped(pod), Pod.class);
        Map<String, Object> worked = variables.of(injected, false).getFirst();
        assertThat(json.readTree(kubernetes.asJson(worked.get("object"))))
                .isEqualTo(withoutVariable(request.get("object")));
        @SuppressWarnings("unchecked")
        Map<String, Object> workedRequest = (Map<String, Object>) worked.get("request");
        for (Map.Entry<String, Object> field : workedRequest.entrySet()) {
            assertThat(json.readTree(kubernetes.asJson(field.getValue())))
                    .as(field.getKey())
                    .isEqualTo(request.get(field.getKey()));
        }
        assertThat(request.propertyNames()).containsAll(workedRequest.keySet());
        assertThat(List.of("uid", "userInfo", "options", "object", "oldObject"))
                .as("what is not in it")
                .containsAll(request.propertyNames().stream()
                        .filter(name -> !workedRequest.containsKey(name))
                        .toList());
    }

    /** Both have the same volume for a service account: its name is random, and given before the webhook is called. */
    private static boolean isOf(JsonNode stored, JsonNode sent) {
        return stored.at("/spec/volumes/0/name").equals(sent.at("/spec/volumes/0/name"));
    }

    /** As the webhook would have stamped it; the recorder did not. */
    private String stamped(JsonNode pod) {
        ObjectNode copy = (ObjectNode) pod.deepCopy();
        ((ObjectNode) copy.get("metadata"))
                .withObject("/annotations")
                .put(Injection.STAMP_ANNOTATION, "f79d6eb0-6639-4d1e-95d7-91bd7db98806");
        return json.writeValueAsString(copy);
    }

    /** Users set the variable in some Pods; what is worked out from a stamped Pod never has it. */
    private static JsonNode withoutVariable(JsonNode sent) {
        JsonNode copy = sent.deepCopy();
        for (String kind : List.of("containers", "initContainers")) {
            for (JsonNode container : copy.get("spec").path(kind)) {
                if (container.has("env")) {
                    List<JsonNode> kept = container
                            .get("env")
                            .valueStream()
                            .filter(env -> !env.get("name").asString().equals(Injection.VARIABLE))
                            .toList();
                    ((ObjectNode) container).remove("env");
                    kept.forEach(
                            env -> ((ObjectNode) container).withArray("/env").add(env));
                }
            }
        }
        return copy;
    }
}
