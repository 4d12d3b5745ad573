package dev.injectionauditor.e2e;

import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.FreePorts;
import dev.injectionauditor.localstack.LocalCertificates;
import dev.injectionauditor.localstack.LocalCertificates.ServingFiles;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.ServiceProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Webhook and auditor as processes, PostgreSQL and Kafka for them, and the door in front of the webhook. */
final class Stage implements AutoCloseable {

    /** Name of the webhook in its configuration. */
    static final String WEBHOOK = "kubernetes-service-host.injection-auditor.dev";

    /** Namespace of the Pods. */
    static final String NAMESPACE = "injection-auditor-e2e";

    /** {@code --quiet-period} of the auditor. */
    static final int QUIET_SECONDS = 2;

    private static final Path ROOT = Path.of("..");
    private static final String CLUSTER = "e2e";
    private static final String PATH = "/webhooks/kubernetes-service-host";

    private final Path folder;
    private final Cluster cluster;
    private final LocalKafka kafka;
    private final LocalPostgres postgres;
    private final String jdbcUrl;
    private final ServingFiles certificate;
    private final List<Integer> ports = FreePorts.find(3);
    private final Door door;
    private final Configuration configuration;
    private final ServiceProcess webhook;
    private final List<String> auditorOptions;
    private ServiceProcess auditor;

    Stage(Path folder, Cluster cluster)
            throws IOException, InterruptedException, SQLException, GeneralSecurityException {
        this(folder, cluster, "off");
    }

    /**
     * Sets it.
     *
     * @param recreation {@code --recreation} of the auditor
     * @param auditorOptions further options of the auditor
     */
    Stage(Path folder, Cluster cluster, String recreation, String... auditorOptions)
            throws IOException, InterruptedException, SQLException, GeneralSecurityException {
        this.folder = folder;
        this.auditorOptions = List.of(auditorOptions);
        this.cluster = cluster;
        kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
        postgres = LocalPostgres.start(Files.createTempDirectory("test-postgres"), 0);
        jdbcUrl = postgres.createDatabase("injection_auditor");
        LocalCertificates certificates = new LocalCertificates();
        certificate = certificates.writeServing(folder.resolve("tls"), cluster.webhookHost());
        webhook = startWebhook();
        door = new Door(
                cluster.listenAddress(),
                URI.create("https://127.0.0.1:" + ports.get(0)),
                certificates.authorityPem(),
                certificate,
                new LocalCertificates().writeServing(folder.resolve("other-tls"), cluster.webhookHost()));
        cluster.expose(door.port());
        webhook.awaitReady();
        configuration = new Configuration(
                cluster.client(),
                "https://" + cluster.webhookHost() + ":" + door.port() + PATH,
                certificates.authorityPem());
        configuration.create();
        startAuditor(recreation);
    }

    private ServiceProcess startWebhook() throws IOException {
        return new ServiceProcess(
                "webhook",
                ROOT.resolve("webhook-svc/target/webhook-svc.jar"),
                List.of(
                        "--cluster=" + CLUSTER,
                        "--kubernetes-service-host=api.e2e.example",
                        "--address=127.0.0.1",
                        "--port=" + ports.get(0),
                        "--management-port=" + ports.get(1),
                        "--tls-cert=" + certificate.certificate(),
                        "--tls-key=" + certificate.key(),
                        "--kafka-bootstrap-servers=" + kafka.bootstrapServers()),
                ports.get(1),
                folder.resolve("webhook.log"));
    }

    /** Starts the auditor and waits until it is ready. */
    void startAuditor(String recreation) throws IOException, InterruptedException {
        launchAuditor(recreation);
        auditor.awaitReady();
    }

    /** Starts the auditor and does not wait. */
    void launchAuditor(String recreation) throws IOException {
        List<String> options = new ArrayList<>(List.of(
                "--cluster=" + CLUSTER,
                "--identity=e2e",
                "--kubeconfig=" + cluster.kubeconfig(),
                "--lease-namespace=" + NAMESPACE,
                "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                "--postgres-url=" + jdbcUrl,
                "--postgres-user=" + LocalPostgres.USER,
                // Else Kafka waits so long for a killed member to come back.
                "--kafka-property=session.timeout.ms=6000",
                "--kafka-property=heartbeat.interval.ms=1000",
                "--topic-partitions=1",
                "--quiet-period=" + QUIET_SECONDS + "s",
                "--recreation=" + recreation,
                "--recreation-per-minute=1000",
                "--recreation-per-minute-namespace=1000",
                "--recreation-minimum-age=0s",
                "--probe-namespace=" + NAMESPACE,
                "--probe-interval=1s",
                "--address=127.0.0.1",
                "--management-port=" + ports.get(2)));
        options.addAll(auditorOptions);
        auditor = new ServiceProcess(
                "auditor",
                ROOT.resolve("auditor-svc/target/auditor-svc.jar"),
                options,
                ports.get(2),
                folder.resolve("auditor.log"));
    }

    /** Kills the auditor: it can do nothing more. */
    void killAuditor() throws InterruptedException {
        auditor.kill();
    }

    Cluster cluster() {
        return cluster;
    }

    Door door() {
        return door;
    }

    LocalKafka kafka() {
        return kafka;
    }

    LocalPostgres postgres() {
        return postgres;
    }

    String jdbcUrl() {
        return jdbcUrl;
    }

    /** Where the auditor shows its metrics. */
    URI auditorMetrics() {
        return URI.create("http://127.0.0.1:" + ports.get(2) + "/metrics");
    }

    Configuration configuration() {
        return configuration;
    }

    @Override
    public void close() throws IOException {
        configuration.delete();
        auditor.close();
        webhook.close();
        door.close();
        kafka.close();
        postgres.close();
        Folders.delete(folder);
    }
}
