package dev.injectionauditor.localstack.image;

import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.image.ImageRun.Exercise;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The auditor watches a simulated cluster and keeps the history of a Pod that nobody injected anything into. */
final class AuditorExercise implements Exercise {

    private static final String WEBHOOK = "kubernetes-service-host.injection-auditor.dev";

    private LocalKafka kafka;
    private LocalPostgres postgres;
    private SimulatedCluster cluster;
    private String jdbcUrl;

    @Override
    public void prepare(Path files) throws IOException, SQLException {
        kafka = LocalKafka.start(Files.createTempDirectory("training-kafka"), 0);
        postgres = LocalPostgres.start(Files.createTempDirectory("training-postgres"), 0);
        jdbcUrl = postgres.createDatabase("history");
        cluster = SimulatedCluster.start(0, InstantSource.system());
        Files.createDirectories(files);
        cluster.writeKubeconfig(files.resolve("kubeconfig"));
        try (KubernetesClient client = cluster.client()) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName("injection-auditor")
                            .endMetadata()
                            .build())
                    .create();
            client.resource(FailOpenWebhook.ofNobody("injection-auditor", WEBHOOK))
                    .create();
        }
    }

    @Override
    public List<String> options(String files, int managementPort) {
        return List.of(
                "--cluster=training",
                "--kubeconfig=" + files + "/kubeconfig",
                "--address=127.0.0.1",
                "--management-port=" + managementPort,
                "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                "--postgres-url=" + jdbcUrl,
                "--postgres-user=" + LocalPostgres.USER,
                "--topic-partitions=1");
    }

    @Override
    public void exercise() throws Exception {
        // The configuration has to be older than the Pod, and times have whole seconds.
        TimeUnit.SECONDS.sleep(1);
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withName("web")
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("web")
                .withImage("web")
                .endContainer()
                .endSpec()
                .build();
        try (KubernetesClient client = cluster.client()) {
            client.resource(pod).create();
        }
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!isAudited()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the auditor did not find the missed Pod");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private boolean isAudited() {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select count(*) from injection_auditor.pod where verdict = 'missed'")) {
            rows.next();
            return rows.getLong(1) > 0;
        } catch (SQLException e) {
            return false; // The auditor makes the tables after it has become ready.
        }
    }

    @Override
    public void close() throws IOException {
        cluster.close();
        postgres.close();
        kafka.close();
    }
}
