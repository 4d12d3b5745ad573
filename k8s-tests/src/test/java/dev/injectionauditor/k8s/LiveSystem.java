package dev.injectionauditor.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.LocalServices;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/**
 * The whole system: both services as processes, with real Kafka and PostgreSQL, in a simulated cluster with the webhook
 * configuration of {@code k8s/base}. A proxy notes what the auditor asks of the API server.
 */
final class LiveSystem implements AutoCloseable {

    private static final String NAMESPACE = "injection-auditor";
    private static final String UNDEFINED_TABLE = "42P01";
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(90);

    private final Path folder;
    private final LocalServices services;
    private final String jdbcUrl;
    private final String topicPrefix;
    private final List<Integer> ports = FreePorts.find(4);
    private final LocalCertificates authority = new LocalCertificates();
    private final LocalCertificates.ServingFiles certificate;
    private final SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
    private final KubernetesClient client = cluster.client();
    private final RecordingProxy proxy = new RecordingProxy(cluster.url());
    private final List<Service> auditors = new ArrayList<>();
    private Service webhook;

    /** Starts everything; returns once it is ready. */
    LiveSystem(LocalServices services, Path folder) throws IOException {
        this.services = services;
        this.folder = folder;
        this.jdbcUrl = services.emptyDatabase();
        this.topicPrefix = services.freshTopics(1).prefix();
        this.certificate = authority.writeServing(folder.resolve("tls"), "webhook." + NAMESPACE + ".svc");
        Stream.of(NAMESPACE, "injection-auditor-probe", "shop").forEach(this::createNamespace);
        webhook = startWebhook();
        webhook.awaitReady();
        configureWebhook();
        auditors.add(startAuditor(2));
        auditors.getFirst().awaitReady();
        auditors.add(startAuditor(3));
        auditors.getLast().awaitReady();
    }

    private void createNamespace(String name) {
        client.namespaces()
                .resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .build())
                .create();
    }

    private void configureWebhook() throws IOException {
        MutatingWebhookConfiguration configuration = client.getKubernetesSerialization()
                .unmarshal(
                        Files.readString(Path.of("..", "k8s", "base", "mutatingwebhookconfiguration.yaml")),
                        MutatingWebhookConfiguration.class);
        configuration
                .getWebhooks()
                .getFirst()
                .getClientConfig()
                .setCaBundle(Base64.getEncoder()
                        .encodeToString(authority.authorityPem().getBytes(StandardCharsets.UTF_8)));
        client.resource(new EndpointSliceBuilder()
                        .withNewMetadata()
                        .withName("webhook")
                        .withNamespace(NAMESPACE)
                        .addToLabels("kubernetes.io/service-name", "webhook")
                        .endMetadata()
                        .withAddressType("IPv4")
                        .addNewPort()
                        .withPort(ports.get(0))
                        .endPort()
                        .addNewEndpoint()
                        .withAddresses("127.0.0.1")
                        .endEndpoint()
                        .build())
                .create();
        client.resource(configuration).create();
    }

    private Service startWebhook() throws IOException {
        return start(
                "webhook",
                ports.get(1),
                "--cluster=live",
                "--kubernetes-service-host=api.live.example",
                "--port=" + ports.get(0),
                "--tls-cert=" + certificate.certificate(),
                "--tls-key=" + certificate.key(),
                "--drain=0s",
                "--spool-folder=" + folder.resolve("spool"));
    }

    private Service startAuditor(int port) throws IOException {
        Path kubeconfig = folder.resolve("kubeconfig");
        cluster.writeKubeconfig(kubeconfig);
        Files.writeString(kubeconfig, Files.readString(kubeconfig).replace(cluster.url(), proxy.url()));
        return start(
                "auditor",
                ports.get(port),
                "--cluster=live",
                "--kubeconfig=" + kubeconfig,
                "--postgres-url=" + jdbcUrl,
                "--postgres-user=" + LocalPostgres.USER,
                "--recreation=recreate",
                "--recreation-backoff=1s",
                "--probe-interval=1s",
                "--lease-duration=3s",
                "--topic-partitions=1");
    }

    private Service start(String service, int managementPort, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                "../" + service + "-svc/target/" + service + "-svc.jar",
                "--address=127.0.0.1",
                "--management-port=" + managementPort,
                "--kafka-bootstrap-servers=" + services.kafka().bootstrapServers(),
                "--kafka-topic-prefix=" + topicPrefix));
        command.addAll(List.of(options));
        return new Service(command, managementPort, folder.resolve(service + "-" + managementPort + ".log"));
    }

    /** Pods are created, the webhook is killed, more are created and missed, it comes back, and they are recreated. */
    void playAnOutage() throws Exception {
        deploy();
        await().atMost(LONGEST_WAIT).until(() -> count("pod where verdict = 'injected'") >= 2);
        webhook.kill();
        // A creationTimestamp has whole seconds: one between the last applied call and the outage.
        await().atMost(LONGEST_WAIT).until(() -> count("evidence where kind = 'missed'") > 0);
        client.apps().deployments().inNamespace("shop").withName("web").scale(4);
        await().atMost(LONGEST_WAIT).until(() -> count("pod where verdict = 'missed'") >= 2);
        webhook = startWebhook();
        webhook.awaitReady();
        await().atMost(LONGEST_WAIT)
                .untilAsserted(() -> assertThat(count("recreation where outcome = 'recreated'"))
                        .as(() -> auditors.getFirst().log())
                        .isGreaterThanOrEqualTo(2));
        await().atMost(LONGEST_WAIT).until(() -> count("outage where ended_before is null") == 0);
    }

    /** A Pod comes to the observer before its namespace does. */
    void createAPodInAYoungNamespace() {
        ApiCall namespaces = new ApiCall("watch", "", "namespaces", "", "");
        proxy.hold(namespaces);
        createNamespace("young");
        Pod pod = client.pods()
                .resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("early")
                        .withNamespace("young")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("early")
                        .withImage("early")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        await().atMost(LONGEST_WAIT)
                .until(() -> count("pod where pod_uid = '" + pod.getMetadata().getUid() + "'") == 1);
        proxy.release();
    }

    private void deploy() {
        client.resource(new DeploymentBuilder()
                        .withNewMetadata()
                        .withName("web")
                        .withNamespace("shop")
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(2)
                        .withNewSelector()
                        .addToMatchLabels("app", "web")
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", "web")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("web")
                        .withImage("web")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    /** Number of rows; 0 while the auditor has not made the table yet. */
    long count(String table) throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from injection_auditor." + table)) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            if (UNDEFINED_TABLE.equals(e.getSQLState())) {
                return 0;
            }
            throw e;
        }
    }

    String jdbcUrl() {
        return jdbcUrl;
    }

    /** What the auditors have asked of the API server. */
    List<ApiCall> calls() {
        return List.copyOf(proxy.calls());
    }

    String webhookMetrics() throws IOException, InterruptedException {
        return webhook.metrics();
    }

    /** Of all auditors, as any of them may have the Leases. */
    String auditorMetrics() throws IOException, InterruptedException {
        StringBuilder all = new StringBuilder();
        for (Service auditor : auditors) {
            all.append(auditor.metrics()).append('\n');
        }
        return all.toString();
    }

    /** Stops one auditor after the other, so that the second takes over the Leases of the first. */
    void stopAuditors() {
        while (!auditors.isEmpty()) {
            auditors.removeFirst().close();
        }
    }

    @Override
    public void close() {
        stopAuditors();
        webhook.close();
        proxy.close();
        client.close();
        cluster.close();
    }
}
