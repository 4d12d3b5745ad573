package dev.injectionauditor.auditor;

import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.db.enums.DecisionReason;
import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Topics;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A webhook that works for others and never for one workload: all roles together, until they give that one up. */
class BrokenWebhookIT {

    private static final String NAMESPACE = "shop";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @TempDir
    Path folder;

    private final ScheduledExecutorService others = Executors.newSingleThreadScheduledExecutor();
    private SimulatedCluster cluster;
    private KubernetesClient client;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        cluster.writeKubeconfig(folder.resolve("kubeconfig"));
        client = cluster.client();
        client.resource(Manifests.namespace(NAMESPACE)).create();
        // A webhook that never answers
        client.resource(Manifests.webhook("hook.example.org", NAMESPACE, "https://127.0.0.1:1/", ""))
                .create();
        // A Pod of the very second of the configuration proves nothing.
        Instant configured = Instant.now();
        await().until(() -> Instant.now().isAfter(configured.plusSeconds(2)));
    }

    @AfterEach
    void stop() {
        others.shutdownNow();
        client.close();
        cluster.close();
    }

    @Test
    void shouldStopAtTheMostAttempts() throws Exception {
        Topics topics = SERVICES.freshTopics(1);
        DSLContext db = database.get().jooq();
        try (Auditor auditor = new Auditor(config(topics))) {
            assertThat(auditor).isNotNull();
            // Given Pods of others, to which it is applied all the time
            others.scheduleWithFixedDelay(this::applied, 2_500, 1_500, TimeUnit.MILLISECONDS);

            // When a workload is missed, and so is each of its replacements
            client.resource(Manifests.replicaSet(NAMESPACE, "web", 1)).create();
            await().atMost(PATIENCE)
                    .until(() -> db.fetchExists(
                            RECREATION_DECISION, RECREATION_DECISION.REASON.eq(DecisionReason.attempts_exhausted)));

            // Then there were as many attempts as are allowed, and there are no more
            await().during(Duration.ofSeconds(8))
                    .atMost(PATIENCE)
                    .until(() -> db.fetchCount(RECREATION, RECREATION.OUTCOME.eq(Outcome.MISSED_AGAIN)) == 3);
            assertThat(db.fetchCount(RECREATION, RECREATION.OUTCOME.isNull())).isZero();
            assertThat(client.pods()
                            .inNamespace(NAMESPACE)
                            .withLabel("app", "web")
                            .list()
                            .getItems())
                    .hasSize(1);
        }
    }

    private AuditorConfig config(Topics topics) {
        AuditorOptions options = new AuditorOptions(Map.of());
        new CommandLine(options)
                .parseArgs(
                        "--cluster=broken",
                        "--webhook-name=hook.example.org",
                        "--identity=auditor-0",
                        "--lease-namespace=default",
                        "--kubeconfig=" + folder.resolve("kubeconfig"),
                        "--postgres-url=" + database.url(),
                        "--postgres-user=" + LocalPostgres.USER,
                        "--kafka-bootstrap-servers=" + SERVICES.kafka().bootstrapServers(),
                        "--kafka-topic-prefix=" + topics.prefix(),
                        "--quiet-period=1s",
                        "--recreation=recreate",
                        "--recreation-attempts=3",
                        "--recreation-backoff=1s",
                        "--probe-interval=0",
                        "--address=127.0.0.1",
                        "--management-port=0");
        return AuditorConfig.read(options, Map.of());
    }

    /** A Pod as it is stored after the webhook was applied. */
    private void applied() {
        client.resource(new PodBuilder(Manifests.pod(NAMESPACE, "other-" + UUID.randomUUID()))
                        .editMetadata()
                        .addToAnnotations(
                                Injection.STAMP_ANNOTATION, UUID.randomUUID().toString())
                        .endMetadata()
                        .editSpec()
                        .editFirstContainer()
                        .addNewEnv()
                        .withName(Injection.VARIABLE)
                        .withValue("api.example")
                        .endEnv()
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }
}
