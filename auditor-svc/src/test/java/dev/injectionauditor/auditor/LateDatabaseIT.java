package dev.injectionauditor.auditor;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** An auditor that starts before its database does. */
class LateDatabaseIT {

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @TempDir
    Path folder;

    @Test
    void shouldObserveWithoutItsDatabaseAndAuditOnceThatIsThere() throws Exception {
        Topics topics = SERVICES.freshTopics(1);
        int port = freePort();
        int management = freePort();
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client()) {
            cluster.writeKubeconfig(folder.resolve("kubeconfig"));
            client.resource(Manifests.namespace("shop")).create();
            client.resource(Manifests.webhook("hook.example.org", "shop", "https://127.0.0.1:1/", ""))
                    .create();

            // Given an auditor with all roles, and nothing where its database should be
            try (Auditor auditor = new Auditor(config(topics, port, management))) {
                assertThat(auditor).isNotNull();

                // When Pods are created, then they are observed
                client.resource(Manifests.replicaSet("shop", "web", 2)).create();
                await().atMost(PATIENCE).until(() -> told(topics) >= 2);
                // And nobody has a reason to restart it, while it says that it is not ready
                assertThat(status(management, "/healthz")).isEqualTo(200);
                assertThat(status(management, "/readyz")).isEqualTo(503);

                // And when the database comes, then they are audited
                Path data = Files.createTempDirectory("late-database");
                try (LocalPostgres postgres = LocalPostgres.start(data.resolve("data"), port);
                        Database database = Database.open(postgres.jdbcUrl("postgres"), LocalPostgres.USER, null)) {
                    await().atMost(PATIENCE).until(() -> status(management, "/readyz") == 200);
                    await().atMost(PATIENCE).until(() -> database.jooq().fetchCount(POD) >= 2);
                }
            }
        }
    }

    private AuditorConfig config(Topics topics, int port, int management) {
        AuditorOptions options = new AuditorOptions(Map.of());
        new CommandLine(options)
                .parseArgs(
                        "--cluster=late",
                        "--webhook-name=hook.example.org",
                        "--identity=auditor-0",
                        "--lease-namespace=default",
                        "--kubeconfig=" + folder.resolve("kubeconfig"),
                        "--postgres-url=jdbc:postgresql://127.0.0.1:" + port + "/postgres",
                        "--postgres-user=" + LocalPostgres.USER,
                        "--kafka-bootstrap-servers=" + SERVICES.kafka().bootstrapServers(),
                        "--kafka-topic-prefix=" + topics.prefix(),
                        "--probe-interval=0",
                        "--address=127.0.0.1",
                        "--management-port=" + management);
        return AuditorConfig.read(options, Map.of());
    }

    private static long told(Topics topics) {
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(kafka.consumer(Map.of()))) {
            TopicPartition pods = new TopicPartition(topics.of(EventType.POD), 0);
            return consumer.endOffsets(List.of(pods)).get(pods);
        }
    }

    private static int status(int port, String path) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        }
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
