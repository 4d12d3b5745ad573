package dev.injectionauditor.auditor.remediate;

import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
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

/** kube-apiserver and etcd from the folder {@code KUBEBUILDER_ASSETS}: no controllers, no nodes. */
final class RealApiServer {

    private static final String TOKEN = "admin";
    private static final Duration LONGEST_START = Duration.ofMinutes(2);

    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    final KubernetesClient client;

    static boolean isInstalled() {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        return assets != null
                && Files.isExecutable(Path.of(assets, "kube-apiserver"))
                && Files.isExecutable(Path.of(assets, "etcd"));
    }

    RealApiServer(Path folder) throws IOException, GeneralSecurityException {
        this.folder = folder;
        List<Integer> ports = FreePorts.find(3);
        Path key = folder.resolve("service-account.key");
        Files.writeString(key, newKey());
        Files.writeString(folder.resolve("tokens.csv"), TOKEN + ",admin,admin,\"system:masters\"\n");
        String etcd = "http://127.0.0.1:" + ports.get(0);
        String peers = "http://127.0.0.1:" + ports.get(1);
        run(
                "etcd",
                "--data-dir=" + folder.resolve("etcd-data"),
                "--listen-client-urls=" + etcd,
                "--advertise-client-urls=" + etcd,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers,
                "--unsafe-no-fsync");
        run(
                "kube-apiserver",
                "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--advertise-address=127.0.0.1",
                "--endpoint-reconciler-type=none",
                "--secure-port=" + ports.get(2),
                "--cert-dir=" + folder.resolve("certificates"),
                "--token-auth-file=" + folder.resolve("tokens.csv"),
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.0.0.0/24",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--service-account-key-file=" + key,
                "--service-account-signing-key-file=" + key,
                // Nobody makes the service accounts that Pods need.
                "--disable-admission-plugins=ServiceAccount");
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("https://127.0.0.1:" + ports.get(2))
                .withOauthToken(TOKEN)
                .withTrustCerts(true)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout(30_000)
                .build();
        client = new KubernetesClientBuilder().withConfig(config).build();
        await().atMost(LONGEST_START)
                .ignoreExceptionsInstanceOf(KubernetesClientException.class)
                .until(() -> "ok".equals(client.raw("/readyz"))
                        && client.namespaces().withName("default").get() != null);
    }

    private void run(String program, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getenv("KUBEBUILDER_ASSETS"), program).toString());
        command.addAll(List.of(options));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile())
                .start());
    }

    private static String newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder()
                        .encodeToString(generator.generateKeyPair().getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    void close() throws InterruptedException {
        client.close();
        for (Process process : processes.reversed()) {
            process.destroyForcibly().waitFor();
        }
    }
}
