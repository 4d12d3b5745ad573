package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The base in two halves: what runs outside of a cluster, and what the cluster itself gets. */
class OutsideTest {

    @Test
    void shouldRunNothingInTheCluster() throws Exception {
        // When the half for the cluster is built
        List<JsonNode> objects = Kustomize.build("outside/cluster");

        // Then it has rights and the webhook's configuration, which names a URL
        assertThat(objects)
                .allSatisfy(object -> assertThat(OpenApi.problem(object)).isEmpty());
        assertThat(objects)
                .extracting(object -> object.path("kind").asString())
                .containsOnly(
                        "Namespace",
                        "ServiceAccount",
                        "Role",
                        "RoleBinding",
                        "ClusterRole",
                        "ClusterRoleBinding",
                        "MutatingWebhookConfiguration");
        assertThat(Manifests.one(objects, "MutatingWebhookConfiguration", "injection-auditor")
                        .at("/webhooks/0/clientConfig")
                        .propertyNames())
                .containsExactly("url");
    }

    @Test
    void shouldGiveNoRightsOutside() throws Exception {
        // When the half for outside is built
        List<JsonNode> objects = Kustomize.build("outside/host");

        // Then it has both services, and the auditor reaches the cluster by a kubeconfig alone
        assertThat(objects)
                .allSatisfy(object -> assertThat(OpenApi.problem(object)).isEmpty());
        assertThat(objects)
                .extracting(object -> object.path("kind").asString())
                .contains("Deployment")
                .doesNotContain("ClusterRole", "Role", "MutatingWebhookConfiguration");
        JsonNode auditor = Manifests.one(objects, "Deployment", "auditor");
        assertThat(Manifests.texts(Manifests.container(auditor).path("args")))
                .contains("--kubeconfig=/etc/auditor/cluster/kubeconfig");
        assertThat(Manifests.podSpec(auditor)
                        .path("automountServiceAccountToken")
                        .asBoolean(true))
                .isFalse();
        assertThat(Stream.of("webhook", "auditor").map(name -> Manifests.one(objects, "Deployment", name)))
                .allSatisfy(deployment -> assertThat(PodSecurity.violations(Manifests.podSpec(deployment)))
                        .isEmpty());
    }
}
