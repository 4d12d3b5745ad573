package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** What every installation of ours has, whatever overlay it comes by. */
class BaseTest {

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldKeepTheWebhookUp(String overlay) throws Exception {
        // When it is built
        List<JsonNode> objects = Kustomize.build(overlay);
        JsonNode webhook = Manifests.one(objects, "Deployment", "webhook");

        // Then there are three replicas, apart from each other, and no update or drain takes more than one away
        assertThat(webhook.at("/spec/replicas").asInt()).isEqualTo(3);
        assertThat(webhook.at("/spec/strategy/rollingUpdate/maxUnavailable").asInt(-1))
                .isZero();
        assertThat(Manifests.podSpec(webhook).path("topologySpreadConstraints").valueStream())
                .extracting(constraint -> constraint.path("topologyKey").asString())
                .containsExactly("topology.kubernetes.io/zone", "kubernetes.io/hostname");
        JsonNode budget = Manifests.one(objects, "PodDisruptionBudget", "webhook");
        assertThat(budget.at("/spec/maxUnavailable").asInt()).isOne();
        assertThat(budget.at("/spec/selector")).isEqualTo(webhook.at("/spec/selector"));
        // And they come before ordinary Pods
        String priority = Manifests.podSpec(webhook).path("priorityClassName").asString();
        assertThat(Manifests.one(objects, "PriorityClass", priority)
                        .path("value")
                        .asInt())
                .isEqualTo(1_000_000_000);
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldTellKubernetesHowTheServicesFare(String overlay) throws Exception {
        // When it is built
        List<JsonNode> objects = Kustomize.build(overlay);

        // Then both services have probes, requests, a limit of memory and a network policy
        for (String service : List.of("webhook", "auditor")) {
            JsonNode deployment = Manifests.one(objects, "Deployment", service);
            JsonNode container = Manifests.container(deployment);
            assertThat(container.at("/readinessProbe/httpGet/path").asString()).isEqualTo("/readyz");
            assertThat(container.at("/livenessProbe/httpGet/path").asString()).isEqualTo("/healthz");
            // and nothing that a restart does not mend, a certificate that is not there yet for one, leads to one
            assertThat(container.at("/startupProbe/httpGet/path").asString()).isEqualTo("/healthz");
            assertThat(container.at("/resources/requests").propertyNames()).contains("cpu", "memory");
            assertThat(container.at("/resources/limits").propertyNames()).contains("memory");
            assertThat(Manifests.one(objects, "NetworkPolicy", service).at("/spec/podSelector"))
                    .isEqualTo(deployment.at("/spec/selector"));
        }
        assertThat(Manifests.one(objects, "Deployment", "auditor")
                        .at("/spec/replicas")
                        .asInt())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldNameWhatIsThere(String overlay) throws Exception {
        // When it is built
        List<JsonNode> objects = Kustomize.build(overlay);

        // Then ConfigMaps and service accounts that Pods name are there, and so are roles and subjects of bindings
        assertThat(objects).filteredOn(Manifests::hasPods).allSatisfy(object -> {
            JsonNode spec = Manifests.podSpec(object);
            configMaps(spec).forEach(name -> Manifests.one(objects, "ConfigMap", name));
            if (spec.has("serviceAccountName")) {
                Manifests.one(
                        objects,
                        "ServiceAccount",
                        spec.path("serviceAccountName").asString());
            }
        });
        assertThat(objects)
                .filteredOn(object -> object.path("kind").asString().endsWith("RoleBinding"))
                .isNotEmpty()
                .allSatisfy(binding -> {
                    Manifests.one(
                            objects,
                            binding.at("/roleRef/kind").asString(),
                            binding.at("/roleRef/name").asString());
                    binding.path("subjects")
                            .forEach(subject -> Manifests.one(
                                    objects,
                                    "ServiceAccount",
                                    subject.path("name").asString()));
                });
        // And nothing is in a namespace that the system does not make
        assertThat(objects).extracting(Manifests::namespace).allSatisfy(namespace -> {
            if (!namespace.isEmpty()) {
                Manifests.one(objects, "Namespace", namespace);
            }
        });
    }

    private static Stream<String> configMaps(JsonNode spec) {
        return Stream.concat(
                        spec.path("containers")
                                .valueStream()
                                .flatMap(container -> container.path("envFrom").valueStream())
                                .map(source -> source.at("/configMapRef/name")),
                        spec.path("volumes").valueStream().map(volume -> volume.at("/configMap/name")))
                .filter(name -> !name.isMissingNode())
                .map(JsonNode::asString);
    }
}
