package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom the webhook of {@code k8s/base} is called for: nobody answers, so the simulation notes each call as missed. */
class WebhookScopeIT {

    private static final Map<String, String> OPTED_OUT = Map.of("injection-auditor.dev/inject", "false");

    private SimulatedCluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        client = cluster.client();
        client.resource(client.getKubernetesSerialization()
                        .unmarshal(
                                Files.readString(Path.of("..", "k8s", "base", "mutatingwebhookconfiguration.yaml")),
                                MutatingWebhookConfiguration.class))
                .create();
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void shouldLeaveTheSystemItselfAndThoseWhoOptOutAlone() {
        // Given namespaces of all sorts
        createNamespace("injection-auditor", Map.of());
        createNamespace("injection-auditor-probe", Map.of());
        createNamespace("shop", Map.of());
        createNamespace("quiet", OPTED_OUT);

        // When a Pod is created in each, and one that opts out itself
        Map<String, String> uids = new HashMap<>();
        for (String namespace :
                new String[] {"injection-auditor", "injection-auditor-probe", "shop", "quiet", "kube-system", "default"
                }) {
            uids.put(namespace, createPod(namespace, Map.of()));
        }
        createPod("shop", OPTED_OUT);

        // Then the webhook was to be called for those in ordinary namespaces and in the probe's
        assertThat(cluster.storedAfterFailingOpen("kubernetes-service-host.injection-auditor.dev"))
                .containsExactlyInAnyOrder(uids.get("shop"), uids.get("default"), uids.get("injection-auditor-probe"));
    }

    private void createNamespace(String name, Map<String, String> labels) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create();
    }

    private String createPod(String namespace, Map<String, String> labels) {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withGenerateName("pod-")
                .withNamespace(namespace)
                .withLabels(labels)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("main")
                .endContainer()
                .endSpec()
                .build();
        return client.resource(pod).create().getMetadata().getUid();
    }
}
