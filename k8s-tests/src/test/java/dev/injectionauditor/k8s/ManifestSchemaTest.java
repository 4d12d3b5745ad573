package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is applied has the form that Kubernetes 1.36 and the operators ask for. */
class ManifestSchemaTest {

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldFitTheSchema(String overlay) throws Exception {
        // When it is built
        List<JsonNode> objects = Kustomize.build(overlay);

        // Then every object fits
        assertThat(objects)
                .isNotEmpty()
                .allSatisfy(object -> assertThat(
                                OpenApi.isOwn(object) ? OpenApi.problem(object) : CustomResources.problem(object))
                        .as("%s %s", object.path("kind"), object.at("/metadata/name"))
                        .isEmpty());
    }

    @Test
    void shouldFindWhatDoesNotFit() {
        // Then a misspelled field, a missing one and a wrong type are found, at any depth
        assertThat(OpenApi.problem(json("""
                {"apiVersion": "v1", "kind": "Service", "spec": {"ports": [{"prot": 1}]}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("prot"));
        assertThat(OpenApi.problem(json("""
                {"apiVersion": "apps/v1", "kind": "Deployment", "spec": {"selector": {}}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("template"));
        assertThat(OpenApi.problem(json("""
                {"apiVersion": "v1", "kind": "Service", "spec": {"selector": {}, "clusterIPs": "one"}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("clusterIPs"));
        assertThat(CustomResources.problem(json("""
                {"apiVersion": "kafka.strimzi.io/v1", "kind": "KafkaTopic", "spec": {"partition": 1}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("partition"));
        assertThat(CustomResources.problem(json("""
                {"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "spec": {"privateKey": {"x": 1}}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("\"x\""));
        assertThat(CustomResources.problem(json("""
                {"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "spec": {"x": 1}}""")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("\"x\""));
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
