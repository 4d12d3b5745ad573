package dev.injectionauditor.localstack;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One kube-apiserver and its etcd on 127.0.0.1, from the folder that the environment variable
 * {@code KUBEBUILDER_ASSETS} names: no controllers, no nodes. For what the simulation cannot show.
 */
public final class RealApiServer implements AutoCloseable {

    private static final String TOKEN = "admin";
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final String url;
    private final KubernetesClient client;

    /** Whether the programs are there. */
    public static boolean isInstalled() {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        return assets != null
                && Files.isExecutable(Path.of(assets, "kube-apiserver"))
                && Files.isExecutable(Path.of(assets, "etcd"));
    }

    /**
     * Starts both and waits until Pods can be created.
     *
     * @param folder for their data and logs
     * @throws IOException with the log of the API server, if it ends or takes too long
     */
    public RealApiServer(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        List<Integer> ports = FreePorts.find(3);
        url = "https://127.0.0.1:" + ports.get(2);
        client = new KubernetesClientBuilder().withConfig(config()).build();
        try {
            startEtcd(ports.get(0), ports.get(1));
            startApiServer(ports.get(0), ports.get(2));
            awaitReady();
        } catch (IOException | InterruptedException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void startEtcd(int port, int peerPort) throws IOException {
        String clients = "http://127.0.0.1:" + port;
        String peers = "http://127.0.0.1:" + peerPort;
        run(
                "etcd",
                "--data-dir=" + folder.resolve("etcd-data"),
                "--listen-client-urls=" + clients,
                "--advertise-client-urls=" + clients,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                "--unsafe-no-fsync");
    }

    private void startApiServer(int etcdPort, int port) throws IOException {
        Path key = Files.writeString(folder.resolve("service-account.key"), newKey());
        Path tokens = Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
        run(
                "kube-apiserver",
                "--etcd-servers=http://127.0.0.1:" + etcdPort,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
                "--secure-port=" + port,
                "--cert-dir=" + folder.resolve("certificates"),
                "--token-auth-file=" + tokens,
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                // Nobody makes the service accounts that Pods need.
                "--disable-admission-plugins=ServiceAccount");
    }

    private void run(String program, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getenv("KUBEBUILDER_ASSETS"), program).toString());
        command.addAll(List.of(options));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log(program).toFile())
                .start());
    }

    private Path log(String program) {
        return folder.resolve(program + ".log");
    }

    private void awaitReady() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + LONGEST_START.toNanos();
        while (!isReady()) {
            if (System.nanoTime() > deadline || !processes.stream().allMatch(Process::isAlive)) {
                throw new IOException("the API server did not get ready; its log:\n"
                        + Files.readString(log("kube-apiserver")).strip());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private boolean isReady() {
        try {
            return "ok".equals(client.raw("/readyz"))
                    && client.namespaces().withName("default").get() != null;
        } catch (KubernetesClientException e) {
            return false;
        }
    }

    private static String newKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return "-----BEGIN PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(64, new byte[] {'\n'})
                            .encodeToString(
                                    generator.generateKeyPair().getPrivate().getEncoded())
                    + "\n-----END PRIVATE KEY-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has RSA", e);
        }
    }

    /** How to connect to it with all rights, without a try again: each answer counts. */
    public Config config() {
        return new ConfigBuilder(Config.empty())
                .withMasterUrl(url)
                .withOauthToken(TOKEN)
                .withTrustCerts(true)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout(30_000)
                .build();
    }

    /** A client with all rights; closed with the server. */
    public KubernetesClient client() {
        return client;
    }

    /** The same for {@code kubectl}: the text of a kubeconfig. */
    public String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                current-context: real
                contexts: [{name: real, context: {cluster: real, user: admin}}]
                clusters: [{name: real, cluster: {server: "%s", insecure-skip-tls-verify: true}}]
                users: [{name: admin, user: {token: %s}}]
                """.formatted(url, TOKEN);
    }

    /** Kills both: nothing of them is needed afterwards. */
    @Override
    public void close() {
        client.close();
        for (Process process : processes.reversed()) {
            process.destroyForcibly().onExit().join();
        }
    }
}
