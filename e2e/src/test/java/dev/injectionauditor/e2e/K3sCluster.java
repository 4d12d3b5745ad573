package dev.injectionauditor.e2e;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.testcontainers.Testcontainers;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.k3s.K3sContainer;
import org.testcontainers.utility.DockerImageName;

/** k3s in Docker, with an audit log. */
final class K3sCluster implements Cluster {

    private static final String IMAGE = "rancher/k3s:v1.36.2-k3s1";
    private static final String HOST = "host.testcontainers.internal";
    private static final String POLICY = "/etc/rancher/audit-policy.yaml";
    private static final String LOG = "/var/lib/rancher/audit.log";

    private final K3sContainer k3s;
    private final Path kubeconfig;
    private final Path logCopy;
    private final AuditLog auditLog;
    private final KubernetesClient client;

    K3sCluster(Path folder) throws IOException {
        k3s = new K3sContainer(DockerImageName.parse(IMAGE));
        k3s.withAccessToHost(true);
        k3s.withCopyToContainer(Transferable.of(AuditLog.POLICY), POLICY);
        k3s.setCommand(
                "server",
                "--disable=traefik",
                "--tls-san=" + k3s.getHost(),
                "--kube-apiserver-arg=audit-policy-file=" + POLICY,
                "--kube-apiserver-arg=audit-log-path=" + LOG);
        k3s.start();
        kubeconfig = folder.resolve("k3s.kubeconfig");
        Files.writeString(kubeconfig, k3s.getKubeConfigYaml());
        logCopy = folder.resolve("k3s-audit.log");
        auditLog = new AuditLog(logCopy);
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
    }

    @Override
    public String description() {
        return "k3s in Docker, " + client.getKubernetesVersion().getGitVersion();
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
        return HOST;
    }

    @Override
    public void expose(int port) {
        Testcontainers.exposeHostPorts(port);
    }

    @Override
    public String witness() {
        return "audit log of k3s";
    }

    @Override
    public List<Call> calls(String webhook) {
        k3s.copyFileFromContainer(LOG, logCopy.toString());
        return auditLog.calls(webhook);
    }

    @Override
    public void close() {
        client.close();
        k3s.stop();
    }
}
