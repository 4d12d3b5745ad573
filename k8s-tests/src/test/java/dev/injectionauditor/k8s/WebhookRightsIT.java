package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that the webhook gets to make its own certificates, held against the calls that it makes for that. */
class WebhookRightsIT {

    private static final Path K8S = Path.of("..", "k8s");

    @TempDir
    Path folder;

    @Test
    void shouldBeAllowedWhatItCallsForAndNothingElse() throws Exception {
        Rbac rights = Rbac.of(
                Kustomize.parse(Files.readString(K8S.resolve("components/self-managed-certs/rbac.yaml"))), "webhook");
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client();
                RecordingProxy proxy = new RecordingProxy(cluster.url())) {
            // Given the webhook's configuration without a caBundle, and no certificate
            install(client);

            // When the webhook starts, and again after somebody has emptied its Secret
            runUntilReady(cluster, proxy);
            client.secrets()
                    .inNamespace("injection-auditor")
                    .withName("webhook-certificates")
                    .edit(secret -> {
                        secret.setData(Map.of());
                        return secret;
                    });
            runUntilReady(cluster, proxy);

            // Then the rights are for what it has called for, and it has called for all that they are for
            assertThat(rights.missing(proxy.calls())).as("missing rights").isEmpty();
            assertThat(rights.unused(proxy.calls())).as("unused rights").isEmpty();
        }
    }

    private static void install(KubernetesClient client) throws Exception {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("injection-auditor")
                        .endMetadata()
                        .build())
                .create();
        client.resource(client.getKubernetesSerialization()
                        .unmarshal(
                                Files.readString(K8S.resolve("base/mutatingwebhookconfiguration.yaml")),
                                MutatingWebhookConfiguration.class))
                .create();
    }

    private void runUntilReady(SimulatedCluster cluster, RecordingProxy proxy) throws Exception {
        Path kubeconfig = folder.resolve("kubeconfig");
        cluster.writeKubeconfig(kubeconfig);
        Files.writeString(kubeconfig, Files.readString(kubeconfig).replace(cluster.url(), proxy.url()));
        int management = FreePorts.find(1).getFirst();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                "../webhook-svc/target/webhook-svc.jar",
                "--cluster=live",
                "--kubernetes-service-host=api.live.example",
                "--address=127.0.0.1",
                "--port=0",
                "--management-port=" + management,
                "--tls=self-managed",
                "--kubeconfig=" + kubeconfig,
                "--drain=0s",
                // No Kafka: the webhook gets ready without.
                "--kafka-bootstrap-servers=127.0.0.1:1");
        try (Service webhook = new Service(command, management, folder.resolve("webhook.log"))) {
            webhook.awaitReady();
        }
    }
}
