package dev.injectionauditor.auditor;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE_HISTORY;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.audit.AuditRole;
import dev.injectionauditor.auditor.audit.HistoryPolicy;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import dev.injectionauditor.service.Parts;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.jooq.DSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What happens in a (simulated) cluster, through the watch and Kafka to the tables. Nobody listens where the webhook
 * should, so what it has to be called for is missed.
 */
class ClusterCasesIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook SOURCE = new WatchedWebhook("garden-1", "hook.example.org");
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration CLOSE = Duration.ofSeconds(10);
    private static final String LABEL = "inject";
    private static final String SHOP = "shop";
    private static final String PROBES = "probes";

    private final Topics topics = SERVICES.freshTopics(1);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final Parts parts = new Parts();
    private KubernetesClient client;
    private DSLContext db;

    @BeforeEach
    void startCluster() throws Exception {
        SimulatedCluster cluster = parts.add("cluster", SimulatedCluster.start(0, InstantSource.system()), CLOSE);
        client = parts.add("client", cluster.client(), CLOSE);
        namespace(SHOP);
        namespace(PROBES);
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    @Test
    void shouldTakeNoPodForMissedWhileThereIsNoConfiguration() {
        checkBeforeBetweenAndAfter(
                () -> client.resource(configuration("yes")).delete(),
                "no-configuration",
                () -> client.resource(configuration("yes")).create());
    }

    @Test
    void shouldFollowAChangeOfTheSelector() {
        checkBeforeBetweenAndAfter(
                () -> client.resource(configuration("no")).update(),
                "out-of-scope",
                () -> client.resource(configuration("yes")).update());
    }

    @Test
    void shouldFollowTheLabelsOfTheNamespace() {
        checkBeforeBetweenAndAfter(() -> label(SHOP, "no"), "out-of-scope", () -> label(SHOP, "yes"));
    }

    private void checkBeforeBetweenAndAfter(Runnable away, String probeMeanwhile, Runnable back) {
        // Given a webhook for the namespace that does not answer
        client.resource(configuration("yes")).create();
        observe(SHOP);
        awaitProbe("not-applied");
        pod("before");

        // When it is not to be called any more, and then is again
        away.run();
        awaitProbe(probeMeanwhile);
        pod("between");
        back.run();
        awaitProbe("not-applied");
        pod("after");

        // Then it missed the Pods before and after, and nothing is said of the one in between
        await().atMost(LONGEST)
                .untilAsserted(() -> assertThat(db.selectFrom(POD).fetchMap(POD.POD_NAME, POD.VERDICT))
                        .isEqualTo(Map.of("before", Verdict.MISSED, "after", Verdict.MISSED)));
    }

    @Test
    void shouldRecreateNothingThatIsOlderThanTheConfiguration() {
        // Given a cluster full of Pods, a configuration that comes later, and a first start with recreation on
        replicaSet("old", 5);
        await().atMost(LONGEST)
                .until(() -> client.pods().inNamespace(SHOP).list().getItems().size() == 5);
        client.resource(configuration("yes")).create();
        observe(PROBES);
        awaitProbe("not-applied");

        // When a Pod is missed, and then others are applied and no more is missed
        replicaSet("new", 1);
        await().atMost(LONGEST).until(() -> db.fetchExists(POD, POD.OWNER_NAME.eq("new")));
        label(PROBES, "no");
        awaitProbe("out-of-scope");
        pod("applied", UUID.randomUUID().toString());

        // Then that Pod is to be recreated and no other
        await().atMost(LONGEST).until(() -> db.fetchExists(RECREATION));
        assertThat(db.select(RECREATION.POD_NAME).from(RECREATION).fetch(RECREATION.POD_NAME))
                .allMatch(name -> name.startsWith("new-"));
        assertThat(db.selectFrom(POD).where(POD.OWNER_NAME.eq("old")).fetch(POD.VERDICT))
                .hasSize(5)
                .containsOnly(Verdict.PREDATES);
        assertThat(db.selectFrom(OUTAGE_HISTORY).fetch(OUTAGE_HISTORY.MISSED)).containsExactly(1L);
    }

    @Test
    void shouldSayThatTheServiceHadNoEndpoints() {
        // Given a webhook behind a Service with an endpoint that is ready, though nobody answers there
        client.resource(new MutatingWebhookConfigurationBuilder(configuration("yes"))
                        .editFirstWebhook()
                        .withNewClientConfig()
                        .withNewService()
                        .withNamespace(SHOP)
                        .withName("hooks")
                        .endService()
                        .endClientConfig()
                        .endWebhook()
                        .build())
                .create();
        client.resource(endpoint(true)).create();
        observe(SHOP);
        awaitProbe("not-applied");
        awaitReadyEndpoints(1);
        pod("ready");
        awaitNextSecond();

        // When it is not ready any more, and then is again
        client.resource(endpoint(false)).update();
        awaitReadyEndpoints(0);
        pod("not-ready");
        awaitNextSecond();
        client.resource(endpoint(true)).update();
        awaitReadyEndpoints(1);
        pod("ready-again");

        // Then the cause of each miss is known
        await().atMost(LONGEST)
                .untilAsserted(() -> assertThat(db.selectFrom(MISSED_INJECTIONS)
                                .fetchMap(MISSED_INJECTIONS.POD_NAME, MISSED_INJECTIONS.CAUSE))
                        .isEqualTo(Map.of(
                                "ready", Cause.UNREACHABLE,
                                "not-ready", Cause.NO_ENDPOINTS,
                                "ready-again", Cause.UNREACHABLE)));
    }

    /** What happens in one second cannot be told apart: creationTimestamps have whole seconds. */
    private static void awaitNextSecond() {
        long second = Instant.now().getEpochSecond();
        await().until(() -> Instant.now().getEpochSecond() > second);
    }

    private void awaitReadyEndpoints(int ready) {
        await().atMost(LONGEST)
                .until(() -> db.select(ENDPOINTS.READY)
                        .from(ENDPOINTS)
                        .orderBy(ENDPOINTS.SEEN_AT.desc())
                        .limit(1)
                        .fetch(ENDPOINTS.READY)
                        .contains(ready));
        awaitNextSecond();
    }

    private static EndpointSlice endpoint(boolean ready) {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(SHOP)
                .withName("hooks-1")
                .addToLabels("kubernetes.io/service-name", "hooks")
                .endMetadata()
                .withAddressType("IPv4")
                .addNewPort()
                .withPort(1)
                .endPort()
                .addNewEndpoint()
                .withAddresses("127.0.0.1")
                .withNewConditions()
                .withReady(ready)
                .endConditions()
                .endEndpoint()
                .build();
    }

    private void observe(String probes) {
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        db = database.get().jooq();
        parts.add(
                "audit",
                new AuditRole(
                        kafka,
                        db,
                        topics.prefix() + ".audit",
                        1,
                        new HistoryPolicy(Duration.ofSeconds(1), Duration.ofDays(1), Duration.ofMinutes(1)),
                        new RecreationPolicy(
                                RecreationMode.RECREATE,
                                Allowances.NONE,
                                60,
                                60,
                                9,
                                Duration.ofSeconds(1),
                                Duration.ZERO,
                                Duration.ofMinutes(1)),
                        metrics,
                        InstantSource.system()),
                CLOSE);
        KafkaProducer<String, byte[]> producer =
                parts.add("producer", new KafkaProducer<>(kafka.producer(Map.of())), CLOSE);
        parts.add(
                        "observe",
                        new ObserveRole(
                                client,
                                producer,
                                topics,
                                SOURCE,
                                1_000,
                                new ObserveRole.Probes(Duration.ofMillis(200), probes),
                                metrics,
                                InstantSource.system()),
                        CLOSE)
                .start();
    }

    /** Waits until the observer knows of a change: then its probes have this result. */
    private void awaitProbe(String result) {
        double before = probes(result);
        await().atMost(LONGEST).until(() -> probes(result) > before);
    }

    private double probes(String result) {
        return metrics.counter("injection_auditor_probes", "result", result).count();
    }

    private void namespace(String name) {
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .addToLabels(LABEL, "yes")
                        .endMetadata()
                        .build())
                .create();
    }

    private void label(String namespace, String inject) {
        client.namespaces()
                .withName(namespace)
                .edit(now -> new NamespaceBuilder(now)
                        .editMetadata()
                        .addToLabels(LABEL, inject)
                        .endMetadata()
                        .build());
    }

    private void pod(String name) {
        pod(name, null);
    }

    /** @param stamp what the webhook would have stamped it with; null for none */
    private void pod(String name, String stamp) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(SHOP)
                        .withName(name)
                        .addToAnnotations(stamp == null ? Map.of() : Map.of("injection-auditor.dev/admission", stamp))
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage("main")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
    }

    private void replicaSet(String name, int replicas) {
        client.resource(new ReplicaSetBuilder()
                        .withNewMetadata()
                        .withNamespace(SHOP)
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withReplicas(replicas)
                        .withNewSelector()
                        .addToMatchLabels("app", name)
                        .endSelector()
                        .withNewTemplate()
                        .withNewMetadata()
                        .addToLabels("app", name)
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage("main")
                        .endContainer()
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build())
                .create();
    }

    /** A configuration of the webhook for the namespaces that have this value of the label. */
    private static MutatingWebhookConfiguration configuration(String inject) {
        return FailOpenWebhook.configuration(
                "hooks", SOURCE.webhook(), "https://127.0.0.1:1/", null, Map.of(LABEL, inject));
    }
}
