package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Any cluster, by its kubeconfig. If its audit log can be read as a file ({@code --audit-log}), that is the witness;
 * else the Pods are, as they were stored, which is less: it is what the auditor looks at as well.
 */
final class GivenCluster implements Cluster {

    private static final String STAMP = "injection-auditor.dev/admission";

    private final Path kubeconfig;
    private final KubernetesClient client;
    private final Optional<AuditLog> auditLog;

    GivenCluster(Path kubeconfig) {
        this.kubeconfig = kubeconfig.toAbsolutePath();
        this.client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(this.kubeconfig.toFile()))
                .build();
        String log = System.getProperty("e2e.audit-log", "");
        this.auditLog = log.isEmpty() ? Optional.empty() : Optional.of(new AuditLog(Path.of(log)));
    }

    @Override
    public String description() {
        return "the cluster at " + client.getMasterUrl() + ", "
                + client.getKubernetesVersion().getGitVersion();
    }

    @Override
    public Path kubeconfig() {
        return kubeconfig;
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public String webhookHost() {
        return System.getProperty("e2e.webhook-host", "127.0.0.1");
    }

    @Override
    public String listenAddress() {
        return webhookHost().equals("127.0.0.1") ? "127.0.0.1" : "0.0.0.0";
    }

    @Override
    public String witness() {
        return auditLog.isPresent() ? "audit log" : "stamps of the Pods as stored, no audit log was given";
    }

    @Override
    public List<Call> calls(String webhook) {
        return auditLog.map(log -> log.calls(webhook))
                .orElseGet(() -> client.pods().inNamespace(Stage.NAMESPACE).list().getItems().stream()
                        .map(GivenCluster::call)
                        .toList());
    }

    private static Call call(Pod pod) {
        Instant at = Instant.parse(pod.getMetadata().getCreationTimestamp());
        boolean applied = pod.getMetadata().getAnnotations() != null
                && pod.getMetadata().getAnnotations().containsKey(STAMP);
        return new Call(
                UUID.fromString(pod.getMetadata().getUid()),
                pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName(),
                at,
                Long.parseLong(pod.getMetadata().getResourceVersion()),
                at,
                at,
                applied,
                false);
    }

    @Override
    public void close() {
        client.close();
    }
}
