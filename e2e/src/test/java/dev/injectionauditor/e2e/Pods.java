package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes Pods, by a controller of their own for each scenario. */
final class Pods {

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);
    private static final String APP = "app";

    private final Cluster cluster;
    private final String app;
    private final AtomicInteger wanted = new AtomicInteger();

    /** @param app name of the Deployment, and value of the label {@code app} */
    Pods(Cluster cluster, String app) {
        this.cluster = cluster;
        this.app = app;
    }

    /** Waits until there are so many Pods more. */
    void more(int count) {
        int replicas = wanted.addAndGet(count);
        if (!cluster.hasControllers()) {
            for (int i = 0; i < count; i++) {
                createBare(cluster.client(), Stage.NAMESPACE, Map.of(APP, app));
            }
            return;
        }
        var deployments = cluster.client().apps().deployments().inNamespace(Stage.NAMESPACE);
        if (replicas == count) {
            deployments.resource(deployment(replicas)).create();
        } else {
            deployments.withName(app).scale(replicas);
        }
        await().atMost(LONGEST_WAIT)
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThat(cluster.client()
                                .pods()
                                .inNamespace(Stage.NAMESPACE)
                                .withLabel(APP, app)
                                .list()
                                .getItems())
                        .hasSize(replicas));
    }

    /** Creates a Pod that no controller looks after. */
    static Pod createBare(KubernetesClient client, String namespace, Map<String, String> labels) {
        return client.pods().inNamespace(namespace).resource(bare(labels)).create();
    }

    /** A Pod that no controller looks after. */
    static Pod bare(Map<String, String> labels) {
        return new PodBuilder()
                .withNewMetadata()
                .withGenerateName("bare-")
                .addToLabels(labels)
                .endMetadata()
                .withSpec(spec())
                .build();
    }

    private static PodSpec spec() {
        return new PodSpecBuilder()
                .withTerminationGracePeriodSeconds(1L)
                .addNewInitContainer()
                .withName("init")
                .withImage("registry.k8s.io/pause:3.10")
                .withRestartPolicy("Always")
                .endInitContainer()
                .addNewContainer()
                .withName("main")
                .withImage("registry.k8s.io/pause:3.10")
                .endContainer()
                .build();
    }

    private io.fabric8.kubernetes.api.model.apps.Deployment deployment(int replicas) {
        return new DeploymentBuilder()
                .withNewMetadata()
                .withName(app)
                .endMetadata()
                .withNewSpec()
                .withReplicas(replicas)
                .withNewSelector()
                .addToMatchLabels(APP, app)
                .endSelector()
                .withNewTemplate()
                .withNewMetadata()
                .addToLabels(APP, app)
                .endMetadata()
                .withSpec(spec())
                .endTemplate()
                .endSpec()
                .build();
    }
}
