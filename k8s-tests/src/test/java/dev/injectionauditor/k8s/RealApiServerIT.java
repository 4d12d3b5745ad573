package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A real API server takes all overlays; the policy does in it what the webhook would have done. */
@EnabledIf(
        value = "dev.injectionauditor.k8s.RealCluster#isHere",
        disabledReason = "needs kubectl, and KUBEBUILDER_ASSETS with kube-apiserver and etcd")
class RealApiServerIT {

    private static final String POLICY = "injection-auditor.dev/policy";

    @TempDir
    static Path folder;

    private static RealCluster server;

    @BeforeAll
    static void start() throws Exception {
        server = new RealCluster(folder);
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldTakeAllOfIt(String overlay) throws Exception {
        // Given the objects of Kubernetes' own API: the operators with their own are not here
        List<JsonNode> objects =
                Kustomize.build(overlay).stream().filter(OpenApi::isOwn).toList();

        // When they are applied as people do, with no unknown or doubled field passed over
        String applied = server.kubectl(
                "apply", "--server-side", "--force-conflicts", "--validate=strict", "-f", server.file(objects));

        // Then all are there
        assertThat(applied.lines()).hasSize(objects.size());
        // And the Pods that the controllers would make are let into the namespace, which asks for the restricted level
        for (JsonNode object : objects.stream().filter(Manifests::hasPods).toList()) {
            server.kubectl("create", "--dry-run=server", "-f", server.file(List.of(pod(object))));
        }
    }

    private static String pod(JsonNode object) {
        return JsonMapper.shared()
                .createObjectNode()
                .put("apiVersion", "v1")
                .put("kind", "Pod")
                .<ObjectNode>set(
                        "metadata",
                        JsonMapper.shared()
                                .createObjectNode()
                                .put("name", "pod")
                                .put("namespace", Manifests.namespace(object)))
                .set("spec", Manifests.podSpec(object))
                .toString();
    }

    @Test
    void shouldInjectByPolicyWhatTheWebhookMissed() throws Exception {
        // Given the policy, and a webhook that nobody answers for
        server.kubectl(
                "apply",
                "--server-side",
                "--force-conflicts",
                "-f",
                server.file(Kustomize.build("overlays/mutating-admission-policy").stream()
                        .filter(OpenApi::isOwn)
                        .toList()));

        // When a Pod is created; it takes a moment for the policy to be in force
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(create("'containers': [{'name': 'a', 'image': 'x'}]")
                                .at("/metadata/annotations")
                                .has(POLICY))
                        .isTrue());
        JsonNode plain = create("""
                'containers': [{'name': 'a', 'image': 'x'}, {'name': 'b', 'image': 'x', 'env': [{'name': 'X', 'value': 'y'}]}],
                'initContainers': [{'name': 'i', 'image': 'x'}]""");
        JsonNode half = create("""
                'containers': [{'name': 'a', 'image': 'x', 'env': [{'name': 'KUBERNETES_SERVICE_HOST', 'value': 'own'}]},
                {'name': 'b', 'image': 'x'}]""");
        JsonNode preset = create("""
                'containers': [{'name': 'a', 'image': 'x', 'env': [{'name': 'KUBERNETES_SERVICE_HOST', 'value': 'own'}]}]""");

        // Then every container has the variable, what was there stays, and the mark tells whom it is from
        assertThat(hosts(plain))
                .containsExactly("api.my-cluster.example", "api.my-cluster.example", "api.my-cluster.example");
        assertThat(plain.at("/spec/containers/1/env/0/name").asString()).isEqualTo("X");
        assertThat(plain.path("metadata").path("annotations").path(POLICY).asString())
                .isEqualTo("injected");
        assertThat(hosts(half)).containsExactly("own", "api.my-cluster.example");
        assertThat(half.path("metadata").path("annotations").path(POLICY).asString())
                .isEqualTo("injected");
        assertThat(hosts(preset)).containsExactly("own");
        assertThat(preset.path("metadata").path("annotations").has(POLICY)).isFalse();
    }

    private static JsonNode create(String spec) throws Exception {
        String pod =
                ("{'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'generateName': 'pod-', 'namespace': 'default'},"
                                + " 'spec': {" + spec + "}}")
                        .replace('\'', '"');
        return JsonMapper.shared().readTree(server.kubectl("create", "-o", "json", "-f", server.file(List.of(pod))));
    }

    private static List<String> hosts(JsonNode pod) {
        return Stream.of("containers", "initContainers")
                .flatMap(list -> pod.path("spec").path(list).valueStream())
                .flatMap(container -> container.path("env").valueStream())
                .filter(entry -> entry.path("name").asString().equals("KUBERNETES_SERVICE_HOST"))
                .map(entry -> entry.path("value").asString())
                .toList();
    }
}
