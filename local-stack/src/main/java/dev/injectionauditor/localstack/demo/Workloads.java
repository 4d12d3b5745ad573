package dev.injectionauditor.localstack.demo;

import dev.injectionauditor.localstack.FailOpenWebhook;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the demo makes in the cluster. */
final class Workloads {

    /** Name of the webhook in its configuration. */
    static final String WEBHOOK = "kubernetes-service-host.injection-auditor.dev";

    /** Namespace of the workloads. */
    static final String NAMESPACE = "injection-auditor-demo";

    private static final String CONFIGURATION = "injection-auditor-demo";
    private static final List<String> DEPLOYMENTS = List.of("web", "api", "worker");
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(90);

    private final KubernetesClient client;
    private boolean hasNamespace;
    private boolean hasConfiguration;

    Workloads(KubernetesClient client) {
        this.client = client;
    }

    /** @throws IOException if the namespace is there already: what is in it is not the demo's to delete */
    void createNamespace() throws IOException {
        try {
            client.namespaces()
                    .resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(NAMESPACE)
                            .endMetadata()
                            .build())
                    .create();
        } catch (KubernetesClientException e) {
            throw new IOException("cannot make the namespace " + NAMESPACE + ": " + e.getMessage(), e);
        }
        hasNamespace = true;
    }

    /**
     * Has the API server call the webhook for every new Pod of the demo's namespace.
     *
     * @param url where the webhook listens
     * @param authorityPem the authority that signed its certificate
     */
    void configureWebhook(String url, String authorityPem) {
        client.admissionRegistration()
                .v1()
                .mutatingWebhookConfigurations()
                .resource(FailOpenWebhook.configuration(
                        CONFIGURATION, WEBHOOK, url, authorityPem, Map.of("kubernetes.io/metadata.name", NAMESPACE)))
                .create();
        hasConfiguration = true;
    }

    void deploy(int replicas) {
        for (String name : DEPLOYMENTS) {
            client.apps()
                    .deployments()
                    .inNamespace(NAMESPACE)
                    .resource(new DeploymentBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .withNewSpec()
                            .withReplicas(replicas)
                            .withNewSelector()
                            .addToMatchLabels("app", name)
                            .endSelector()
                            .withNewTemplate()
                            .withNewMetadata()
                            .addToLabels("app", name)
                            .endMetadata()
                            .withNewSpec()
                            .addNewInitContainer()
                            .withName("migrate")
                            .withImage("registry.k8s.io/pause:3.10")
                            .endInitContainer()
                            .addNewContainer()
                            .withName(name)
                            .withImage("registry.k8s.io/pause:3.10")
                            .endContainer()
                            .endSpec()
                            .endTemplate()
                            .endSpec()
                            .build())
                    .create();
        }
    }

    void scale(int replicas) {
        for (String name : DEPLOYMENTS) {
            client.apps().deployments().inNamespace(NAMESPACE).withName(name).scale(replicas);
        }
    }

    int deployments() {
        return DEPLOYMENTS.size();
    }

    /** Waits until there are so many Pods. */
    void awaitPods(int count) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + LONGEST_WAIT.toNanos();
        while (pods().size() < count) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the cluster did not create " + count + " Pods");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    /** Deletes what it made, and nothing else. */
    void delete() {
        if (hasConfiguration) {
            client.admissionRegistration()
                    .v1()
                    .mutatingWebhookConfigurations()
                    .withName(CONFIGURATION)
                    .delete();
        }
        if (hasNamespace) {
            client.namespaces().withName(NAMESPACE).delete();
        }
    }
}
