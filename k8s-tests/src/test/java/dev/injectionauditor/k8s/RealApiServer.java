package dev.injectionauditor.k8s;

import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A kube-apiserver and its etcd, on 127.0.0.1, from the folder that the environment variable KUBEBUILDER_ASSETS names.
 * Used by kubectl, as people do.
 */
final class RealApiServer implements AutoCloseable {

    private static final Duration LONGEST_START = Duration.ofMinutes(1);

    private final Path folder;
    private final Path kubeconfig;
    private final List<Process> processes = new ArrayList<>();

    RealApiServer(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        this.kubeconfig = folder.resolve("kubeconfig");
        List<Integer> ports = FreePorts.find(3);
        String etcd = "http://127.0.0.1:" + ports.get(0);
        start(
                "etcd",
                "--data-dir=" + folder.resolve("etcd"),
                "--listen-client-urls=" + etcd,
                "--advertise-client-urls=" + etcd,
                "--listen-peer-urls=http://127.0.0.1:" + ports.get(1));
        Path tokens = Files.writeString(folder.resolve("tokens"), "admin,admin,admin,system:masters\n");
        Path key = folder.resolve("key");
        Command.run("openssl", "genrsa", "-out", key.toString(), "2048");
        start(
                "kube-apiserver",
                "--etcd-servers=" + etcd,
                "--bind-address=127.0.0.1",
                "--secure-port=" + ports.get(2),
                "--cert-dir=" + folder.resolve("certificates"),
                "--service-account-issuer=https://127.0.0.1",
                "--service-account-signing-key-file=" + key,
                "--service-account-key-file=" + key,
                "--token-auth-file=" + tokens,
                "--authorization-mode=RBAC",
                "--service-cluster-ip-range=10.96.0.0/16",
                // Nobody here makes the tokens that it would ask for.
                "--disable-admission-plugins=ServiceAccount");
        Files.writeString(kubeconfig, """
                apiVersion: v1
                kind: Config
                current-context: real
                contexts: [{name: real, context: {cluster: real, user: admin}}]
                clusters: [{name: real, cluster: {server: "https://127.0.0.1:%d", insecure-skip-tls-verify: true}}]
                users: [{name: admin, user: {token: admin}}]
                """.formatted(ports.get(2)));
        await().atMost(LONGEST_START)
                .until(() -> Command.succeeds("kubectl", "--kubeconfig=" + kubeconfig, "get", "--raw", "/readyz"));
        await().atMost(LONGEST_START)
                .until(() -> Command.succeeds("kubectl", "--kubeconfig=" + kubeconfig, "get", "namespace", "default"));
    }

    /** Whether the programs are there. */
    static boolean isHere() {
        String assets = System.getenv("KUBEBUILDER_ASSETS");
        return assets != null && Files.isExecutable(Path.of(assets, "kube-apiserver")) && Command.isThere("kubectl");
    }

    private void start(String program, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getenv("KUBEBUILDER_ASSETS"), program).toString());
        command.addAll(List.of(options));
        processes.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(program + ".log").toFile())
                .start());
    }

    /** What kubectl prints; fails the test if it does not succeed. */
    String kubectl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig=" + kubeconfig));
        command.addAll(List.of(arguments));
        return Command.run(command.toArray(String[]::new));
    }

    /** A file for {@code kubectl -f}. */
    String file(Iterable<?> objects) throws IOException {
        Path file = Files.createTempFile(folder, "objects", ".json");
        StringBuilder text = new StringBuilder();
        objects.forEach(object -> text.append(object).append('\n'));
        Files.writeString(file, text, StandardCharsets.UTF_8);
        return file.toString();
    }

    @Override
    public void close() {
        processes.reversed().forEach(Process::destroyForcibly);
    }
}
