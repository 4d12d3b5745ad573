package dev.injectionauditor.auditor.announce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What people find with {@code kubectl events}. */
class AnnouncerIT {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("bench", "hook.example.org");
    private static final OwnerRef OWNER = new OwnerRef("apps/v1", "ReplicaSet", "web", new UUID(3, 3));
    private static final Instant CREATED = Instant.parse("2026-11-23T07:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    private final EventCodec codec = new EventCodec();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private SimulatedCluster cluster;
    private KubernetesClient client;
    private Topics topics;
    private KafkaSettings kafka;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        client = cluster.client();
        topics = SERVICES.freshTopics(1);
        kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
    }

    @AfterEach
    void stop() {
        client.close();
        cluster.close();
    }

    @Test
    void shouldTellOfAMissAndOfItsRepairOnPodAndOwner() throws Exception {
        // Given a miss, and its repair
        PodRef pod = pod(1);
        send(missed(pod, OWNER));
        send(result(pod, Outcome.RECREATED, null, pod(2)));

        // When
        try (AnnounceRole role = role()) {
            await().atMost(PATIENCE).until(() -> events().size() == 4);
            assertThat(role.hasRunWithin(PATIENCE)).isTrue();
        }

        // Then
        assertThat(events())
                .extracting(
                        event -> event.getRegarding().getKind() + " "
                                + event.getRegarding().getName(),
                        io.fabric8.kubernetes.api.model.events.v1.Event::getType,
                        io.fabric8.kubernetes.api.model.events.v1.Event::getReason,
                        io.fabric8.kubernetes.api.model.events.v1.Event::getNote)
                .containsExactlyInAnyOrder(
                        row(
                                "Pod web-1",
                                "Warning",
                                "InjectionMissed",
                                "Created without hook.example.org, cause: no-endpoints; lacking in: main"),
                        row(
                                "ReplicaSet web",
                                "Warning",
                                "InjectionMissed",
                                "Pods were created without hook.example.org, cause: no-endpoints; one of them is web-1"),
                        row(
                                "Pod web-1",
                                "Normal",
                                "Recreated",
                                "evicted for its missed injection, replaced by web-2, which has it"),
                        row(
                                "ReplicaSet web",
                                "Normal",
                                "Recreated",
                                "Pod web-1: evicted for its missed injection, replaced by web-2, which has it"));
        assertThat(events())
                .allMatch(event -> event.getMetadata().getNamespace().equals("default"));
    }

    @Test
    void shouldTellOnceHoweverOftenItIsTold() throws Exception {
        // Given records that come twice, and an announcer that starts again at the beginning
        PodRef pod = pod(1);
        RecreationResult refused = result(pod, Outcome.REFUSED, RecreationReason.DISRUPTION_BUDGET.text(), null);
        send(missed(pod, OWNER));
        send(missed(pod, OWNER));
        send(refused);
        send(refused);
        Announcer first = announcer("one", 300);
        runUntil(first, "repeated", 4);

        // When
        runUntil(announcer("two", 300), "repeated", 4 + 8);

        // Then
        assertThat(events()).hasSize(4);
        assertThat(events())
                .anyMatch(event -> event.getReason().equals("RecreationRefused")
                        && event.getNote().endsWith("(disruption-budget)")
                        && event.getType().equals("Warning"));
    }

    @Test
    void shouldNotFloodTheClusterInAMassOutage() throws Exception {
        // Given 200 missed Pods of one owner, and a limit
        for (int i = 0; i < 200; i++) {
            send(missed(pod(i), OWNER));
        }

        // When
        Announcer announcer = announcer("one", 50);
        runUntil(announcer, "suppressed", 300);

        // Then the owner has one Event, and the rest is counted
        assertThat(events().size()).isBetween(25, 60);
        assertThat(events().stream()
                        .filter(event -> event.getRegarding().getKind().equals("ReplicaSet")))
                .hasSize(1);
        assertThat(count("created") + count("repeated") + count("suppressed")).isEqualTo(400);
    }

    @Test
    void shouldPassOverWhatIsOldOfAnotherClusterOrWhereNobodyIs() throws Exception {
        // Given a record of yesterday, one of another cluster, no event at all, and a namespace that is gone
        send(SOURCE, missed(pod(1), null), Instant.now().minus(Duration.ofDays(1)));
        send(new WatchedWebhook("other", "hook.example.org"), missed(pod(2), null), Instant.now());
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            producer.send(new ProducerRecord<>(topics.of(EventType.MISSED), "bench", new byte[] {1}))
                    .get();
        }
        send(missed(new PodRef("nowhere", "web-4", new UUID(4, 4)), null));
        send(missed(pod(5), null));

        // When
        runUntil(announcer("one", 300), "created", 1);

        // Then
        assertThat(count("refused")).isEqualTo(1);
        assertThat(events())
                .singleElement()
                .matches(event -> event.getRegarding().getName().equals("web-5"));
    }

    @Test
    void shouldNotCountAsStuckWhileTheApiServerTakesNoEvents() throws Exception {
        // Given an API server that takes no Events, and a miss to tell of
        AtomicInteger refused = new AtomicInteger();
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            refused.incrementAndGet();
            exchange.sendResponseHeaders(503, -1);
            exchange.close();
        });
        server.start();
        send(missed(pod(1), null));
        try (KubernetesClient refusing = new KubernetesClientBuilder()
                        .withConfig(new ConfigBuilder(Config.empty())
                                .withMasterUrl("http://127.0.0.1:"
                                        + server.getAddress().getPort())
                                .build())
                        .build();
                AnnounceRole role = new AnnounceRole(refusing, kafka, "bench", "auditor-0", metrics, now::get)) {
            await().atMost(PATIENCE).until(() -> refused.get() > 0);

            // When that lasts for longer than a process may hang
            now.updateAndGet(time -> time.plus(Duration.ofMinutes(10)));

            // Then it is tried again and again, and no new process is needed
            await().atMost(PATIENCE).until(() -> role.hasRunWithin(Duration.ofMinutes(5)));
            int before = refused.get();
            await().atMost(PATIENCE).until(() -> refused.get() > before);
            assertThat(count("created")).isZero();
        } finally {
            server.stop(0);
        }
    }

    private static Tuple row(Object... values) {
        return Tuple.tuple(values);
    }

    private List<io.fabric8.kubernetes.api.model.events.v1.Event> events() {
        return client.events().v1().events().inAnyNamespace().list().getItems();
    }

    private AnnounceRole role() {
        return new AnnounceRole(client, kafka, "bench", "auditor-0", metrics, InstantSource.system());
    }

    private Announcer announcer(String group, int perMinute) {
        return new Announcer(
                new KafkaConsumer<>(kafka.consumer(Map.of(
                        ConsumerConfig.GROUP_ID_CONFIG,
                        topics.prefix() + group,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "earliest"))),
                new EventWriter(client, "auditor-0"),
                new RateLimit(perMinute),
                topics,
                "bench",
                metrics,
                InstantSource.system());
    }

    private void runUntil(Announcer announcer, String result, int count) {
        try (announcer) {
            await().atMost(PATIENCE).pollInSameThread().until(() -> {
                announcer.runOnce();
                return count(result) >= count;
            });
        }
    }

    private double count(String result) {
        return metrics.counter("injection_auditor_kubernetes_events", "result", result)
                .count();
    }

    private static PodRef pod(int number) {
        return new PodRef("default", "web-" + number, new UUID(7, number));
    }

    private static MissedInjection missed(PodRef pod, @Nullable OwnerRef owner) {
        return new MissedInjection(
                MissedInjection.Status.FOUND, pod, CREATED, owner, Cause.NO_ENDPOINTS, List.of("main"));
    }

    private static RecreationResult result(
            PodRef pod, Outcome outcome, @Nullable String reason, @Nullable PodRef replacement) {
        return new RecreationResult(
                pod.uid() + "/1", pod, outcome, reason, replacement, CREATED.plusSeconds(9), "somebody", OWNER);
    }

    private void send(Event event) throws Exception {
        send(SOURCE, event, Instant.now());
    }

    private void send(WatchedWebhook source, Event event, Instant at) throws Exception {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            producer.send(new ProducerRecord<>(
                            topics.of(event.type()),
                            null,
                            at.toEpochMilli(),
                            source.cluster(),
                            codec.encode(CloudEvent.of(source, event))))
                    .get();
        }
    }
}
