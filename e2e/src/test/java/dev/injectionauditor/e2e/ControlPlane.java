package dev.injectionauditor.e2e;

import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * A real control plane from programs on this machine: etcd, two API servers with audit logs, and the controller manager
 * where there is one. There are no nodes; {@link FakeKubelet} says that Pods run.
 */
final class ControlPlane implements Cluster {

    private static final String FIRST_TOKEN = "first-api-server";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Path folder;
    private final boolean hasControllers;
    private final ApiServerProcess first;
    private final ApiServerProcess second;
    private final KubernetesClient client;
    private final KubernetesClient secondClient;
    private final String version;

    ControlPlane(Binaries binaries, Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.hasControllers = binaries.controllerManager().isPresent();
        try {
            List<Integer> ports = FreePorts.find(5);
            Path key = folder.resolve("service-account.key");
            Files.writeString(key, serviceAccountKey());
            startEtcd(binaries.etcd(), ports.get(0), ports.get(1));
            first = started(new ApiServerProcess(
                    binaries.apiServer(),
                    folder.resolve("api-server-1"),
                    ports.get(2),
                    ports.get(0),
                    key,
                    hasControllers,
                    FIRST_TOKEN));
            second = started(new ApiServerProcess(
                    binaries.apiServer(),
                    folder.resolve("api-server-2"),
                    ports.get(3),
                    ports.get(0),
                    key,
                    hasControllers,
                    SECOND_TOKEN));
            client = started(client(first));
            secondClient = started(client(second));
            if (hasControllers) {
                startControllers(binaries.controllerManager().orElseThrow(), key, ports.get(4));
            }
            parts.push(new FakeKubelet(client));
            version = first.version();
        } catch (GeneralSecurityException e) {
            close();
            throw new IOException(e);
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T started(T part) {
        parts.push(part);
        return part;
    }

    private static KubernetesClient client(ApiServerProcess server) {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig().toFile()))
                .build();
    }

    private static String serviceAccountKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private void startEtcd(Path etcd, int port, int peerPort) throws IOException {
        String clients = "http://127.0.0.1:" + port;
        String peers = "http://127.0.0.1:" + peerPort;
        parts.push(new ChildProcess(
                folder.resolve("etcd.log"),
                List.of(
                        etcd.toString(),
                        "--data-dir=" + folder.resolve("etcd"),
                        "--listen-client-urls=" + clients,
                        "--advertise-client-urls=" + clients,
                        "--listen-peer-urls=" + peers,
                        "--initial-advertise-peer-urls=" + peers,
                        "--initial-cluster=default=" + peers,
                        "--unsafe-no-fsync")));
    }

    private void startControllers(Path binary, Path key, int port) throws IOException {
        parts.push(new ChildProcess(
                folder.resolve("kube-controller-manager.log"),
                List.of(
                        binary.toString(),
                        "--kubeconfig=" + first.kubeconfig(),
                        "--leader-elect=false",
                        "--bind-address=127.0.0.1",
                        "--secure-port=" + port,
                        "--service-account-private-key-file=" + key,
                        // Nobody reports for the node, and it stays all the same.
                        "--controllers=*,-node-lifecycle-controller",
                        "--kube-api-qps=200",
                        "--kube-api-burst=400",
                        "--v=1")));
    }

    @Override
    public String description() {
        return "kube-apiserver " + version + " and etcd"
                + (hasControllers ? ", kube-controller-manager" : "; no kube-controller-manager was found");
    }

    @Override
    public Path kubeconfig() {
        return first.kubeconfig();
    }

    @Override
    public KubernetesClient client() {
        return client;
    }

    @Override
    public boolean hasControllers() {
        return hasControllers;
    }

    @Override
    public String witness() {
        return "audit logs of both API servers";
    }

    @Override
    public List<Call> calls(String webhook) {
        List<Call> calls = new ArrayList<>();
        Stream.of(first, second)
                .forEach(server -> calls.addAll(server.auditLog().calls(webhook)));
        return calls;
    }

    @Override
    public OptionalLong failOpenCount(String webhook) {
        try {
            return OptionalLong.of(first.failOpenCount(webhook) + second.failOpenCount(webhook));
        } catch (IOException e) {
            throw new IllegalStateException("cannot read the metrics of an API server", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public boolean restartApiServer() throws IOException, InterruptedException {
        first.restart(Stage.WEBHOOK);
        return true;
    }

    @Override
    public Optional<KubernetesClient> secondApiServer() {
        return Optional.of(secondClient);
    }

    @Override
    public void close() throws IOException {
        for (AutoCloseable part : parts) {
            try {
                part.close();
            } catch (Exception e) {
                // The next part has to be closed all the same.
                System.err.println("cannot stop a part of the control plane: " + e);
            }
        }
        parts.clear();
        if (!Boolean.getBoolean("e2e.keep")) {
            Folders.delete(folder);
        }
    }
}
