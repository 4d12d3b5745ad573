package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every Pod of ours passes the level "restricted", and the namespaces ask for it. */
class PodSecurityTest {

    @ParameterizedTest
    @MethodSource("dev.injectionauditor.k8s.Kustomize#overlays")
    void shouldPassTheRestrictedLevel(String overlay) throws Exception {
        // When it is built
        List<JsonNode> objects = Kustomize.build(overlay);

        // Then no Pod violates the level, and the services' root file system is read-only
        assertThat(objects)
                .filteredOn(Manifests::hasPods)
                .isNotEmpty()
                .allSatisfy(object -> assertThat(PodSecurity.violations(Manifests.podSpec(object)))
                        .as(Manifests.name(object))
                        .isEmpty());
        for (String service : List.of("webhook", "auditor")) {
            assertThat(Manifests.container(Manifests.one(objects, "Deployment", service))
                            .at("/securityContext/readOnlyRootFilesystem")
                            .asBoolean())
                    .isTrue();
        }
        // And every namespace that it makes is held to it
        assertThat(objects)
                .filteredOn(object -> Manifests.isKind(object, "Namespace"))
                .isNotEmpty()
                .allSatisfy(namespace -> assertThat(namespace
                                .path("metadata")
                                .path("labels")
                                .path("pod-security.kubernetes.io/enforce")
                                .asString())
                        .isEqualTo("restricted"));
    }

    @Test
    void shouldFindViolations() {
        // Given a Pod that asks for nothing
        JsonNode spec = JsonMapper.shared().readTree("""
                {"hostNetwork": true, "volumes": [{"name": "x", "hostPath": {}}],
                 "containers": [{"name": "a", "ports": [{"hostPort": 1}]}]}""");

        // Then all of it is found
        assertThat(PodSecurity.violations(spec))
                .containsExactly(
                        "hostNetwork",
                        "volume hostPath",
                        "a: allowPrivilegeEscalation",
                        "a: may run as root",
                        "a: seccompProfile",
                        "a: capabilities",
                        "a: hostPort");
    }
}
