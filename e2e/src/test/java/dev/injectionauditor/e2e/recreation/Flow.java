package dev.injectionauditor.e2e.recreation;

import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.Manifests;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** Everything that a recreation takes. */
final class Flow {

    static final String NAMESPACE = "shop";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String WEBHOOK = "kubernetes-service-host.injection-auditor.dev";
    private static final String PATH = "/webhooks/kubernetes-service-host";

    private final Path folder;
    private final LocalPostgres postgres;
    private final LocalKafka kafka;
    private final SimulatedCluster cluster;
    private final String url;
    private final LocalCertificates certificates = new LocalCertificates();
    private final LocalCertificates.ServingFiles certificate;
    private final int webhookPort;
    private final List<Process> processes = new ArrayList<>();
    private Process webhook;
    final KubernetesClient client;

    /** Starts all but the services; the webhook is configured and does not answer. */
    Flow(Path folder) throws Exception {
        this.folder = folder;
        postgres = LocalPostgres.start(Files.createTempDirectory("test-postgres"), 0);
        url = postgres.createDatabase("history");
        kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
        cluster = SimulatedCluster.start(0, InstantSource.system());
        cluster.writeKubeconfig(folder.resolve("kubeconfig"));
        client = cluster.client();
        certificate = certificates.writeServing(folder.resolve("tls"), "127.0.0.1");
        webhookPort = FreePorts.find(1).getFirst();
        client.resource(Manifests.namespace(NAMESPACE)).create();
        configure();
        // A Pod of the very second of the configuration proves nothing.
        Instant configured = Instant.now();
        await().until(() -> Duration.between(configured, Instant.now()).toSeconds() >= 2);
    }

    private void configure() {
        byte[] authority = certificates.authorityPem().getBytes(StandardCharsets.UTF_8);
        client.resource(Manifests.webhook(
                        WEBHOOK,
                        NAMESPACE,
                        "https://127.0.0.1:" + webhookPort + PATH,
                        Base64.getEncoder().encodeToString(authority)))
                .create();
    }

    void startWebhook() throws Exception {
        int management = FreePorts.find(1).getFirst();
        webhook = service(
                "webhook",
                management,
                List.of(
                        "--kubernetes-service-host=api.example",
                        "--address=127.0.0.1",
                        "--port=" + webhookPort,
                        "--tls-cert=" + certificate.certificate(),
                        "--tls-key=" + certificate.key()));
    }

    void killWebhook() throws InterruptedException {
        webhook.destroyForcibly().waitFor();
    }

    /** Starts an auditor with all roles. */
    Process startAuditor(String... options) throws Exception {
        List<String> all = new ArrayList<>(List.of(
                "--kubeconfig=" + folder.resolve("kubeconfig"),
                "--identity=auditor-" + processes.size(),
                "--lease-namespace=" + NAMESPACE,
                "--lease-duration=10s",
                "--postgres-url=" + url,
                "--postgres-user=" + LocalPostgres.USER,
                "--topic-partitions=1",
                "--quiet-period=1s",
                "--recreation=recreate",
                "--recreation-backoff=1s",
                "--probe-namespace=" + NAMESPACE,
                "--probe-interval=1s",
                "--address=127.0.0.1"));
        all.addAll(List.of(options));
        return service("auditor", FreePorts.find(1).getFirst(), all);
    }

    private Process service(String name, int managementPort, List<String> options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-jar",
                "../" + name + "-svc/target/" + name + "-svc.jar",
                "--cluster=flow",
                "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                "--management-port=" + managementPort));
        command.addAll(options);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "recreation-" + name + ".log").toFile()))
                .start();
        processes.add(process);
        await(name).atMost(PATIENCE).until(() -> isReady(managementPort));
        return process;
    }

    private static boolean isReady(int port) throws InterruptedException {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/readyz"))
                    .build();
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    List<Pod> pods() {
        return client.pods().inNamespace(NAMESPACE).list().getItems();
    }

    static boolean isInjected(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getEnv().stream()
                .anyMatch(variable -> variable.getName().equals("KUBERNETES_SERVICE_HOST"));
    }

    static boolean isReady(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Ready")
                                && condition.getStatus().equals("True"));
    }

    /** The number that a query gives; -1 as long as there are no tables. */
    long count(String sql) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute("set search_path to injection_auditor");
            try (ResultSet result = statement.executeQuery(sql)) {
                result.next();
                return result.getLong(1);
            }
        } catch (SQLException e) {
            return -1;
        }
    }

    void close() throws Exception {
        for (Process process : processes.reversed()) {
            process.destroyForcibly().waitFor();
        }
        client.close();
        cluster.close();
        kafka.close();
        postgres.close();
    }
}
