package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The role as a whole, in a simulated cluster. */
class ObserveRoleTest {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("test", "host.injection-auditor.dev");
    private static final Duration LONGEST = Duration.ofSeconds(20);

    /** As the liveness of the process has it. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    /** Whether Kafka gives up on what it was sent, as soon as somebody waits for it. */
    private volatile boolean isKafkaAway;

    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer()) {

                @Override
                public synchronized void flush() {
                    if (isKafkaAway) {
                        giveUpAll();
                    } else {
                        super.flush();
                    }
                }
            };

    @Test
    void shouldFindOutByProbesThatNobodyAnswers() throws Exception {
        // Given a webhook that nobody answers for, and a cluster in which nobody creates Pods
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client()) {
            configureWebhook(client);

            // When
            try (ObserveRole role = role(client, Duration.ofMillis(100), new SimpleMeterRegistry())) {
                role.start();
                await().atMost(LONGEST)
                        .untilAsserted(
                                () -> assertThat(sent(Signal.Probe.class)).isNotEmpty());
            }

            // Then
            assertThat(sent(Signal.Probe.class)).allSatisfy(probe -> {
                assertThat(probe.applied()).isFalse();
                assertThat(probe.seenAt()).isAfterOrEqualTo(probe.at());
            });
            assertThat(client.pods().inAnyNamespace().list().getItems()).isEmpty();
            assertThat(sent(PodObservation.class)).isEmpty();
        }
    }

    @Test
    void shouldNotProbeIfItIsSwitchedOff() throws Exception {
        // Given
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client()) {
            configureWebhook(client);

            // When it has had the time to observe
            SimpleMeterRegistry metrics = new SimpleMeterRegistry();
            try (ObserveRole role = role(client, Duration.ZERO, metrics)) {
                role.start();
                await().atMost(LONGEST)
                        .untilAsserted(
                                () -> assertThat(sent(Signal.Watched.class)).isNotEmpty());
            }

            // Then
            assertThat(metrics.find("injection_auditor_probes").counters()).isEmpty();
            assertThat(sent(Signal.Probe.class)).isEmpty();
        }
    }

    @Test
    void shouldShowWhatItWatches() throws Exception {
        // Given two Pods
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client()) {
            configureWebhook(client);
            client.resource(Manifests.pod("default", "one")).create();
            client.resource(Manifests.pod("default", "two")).create();

            // When
            try (ObserveRole role = role(client, Duration.ZERO, metrics)) {
                role.start();

                // Then they are counted, and nothing waits or was lost
                awaitGauge(metrics, "injection_auditor_observed_pods", 2);
                awaitGauge(metrics, "injection_auditor_observations_waiting", 0);
                assertThat(metrics.get("injection_auditor_observe_overflows")
                                .counter()
                                .count())
                        .isZero();
            }

            // And another turn of the role shows its own
            assertThat(metrics.find("injection_auditor_observed_pods").gauge()).isNull();
            try (ObserveRole role = role(client, Duration.ZERO, metrics)) {
                role.start();
                awaitGauge(metrics, "injection_auditor_observed_pods", 2);
            }
        }
    }

    @Test
    void shouldStartAnewFromAListIfKafkaDoesNotTakeAnObservation() throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        // Given a role that observes
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client();
                ObserveRole role = role(client, Duration.ZERO, registry)) {
            configureWebhook(client);
            role.start();
            await().atMost(LONGEST).until(() -> !sent(Signal.Watched.class).isEmpty());

            // When Kafka fails for good to take something
            producer.errorNext(new KafkaException("no leader"));

            // Then
            await().atMost(LONGEST)
                    .untilAsserted(() -> assertThat(sent(Signal.Watched.class))
                            .extracting(Signal.Watched::begin)
                            .contains(Begin.STARTED, Begin.OVERFLOW));
            assertThat(registry.get("injection_auditor_observe_overflows")
                            .counter()
                            .count())
                    .isOne();
        }
    }

    @Test
    void shouldWaitLongerEachTimeThatObservationsAreLost() throws Exception {
        // Given a role that observes a Pod
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T07:00:00Z"));
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client();
                ObserveRole role = role(client, Duration.ZERO, metrics, now::get)) {
            client.resource(Manifests.pod("default", "one")).create();
            role.runOnce();

            for (int pause : List.of(1, 2, 4)) {
                assertThat(observedPods(metrics)).isOne();

                // When Kafka refuses something
                await().atMost(LONGEST).until(() -> producer.errorNext(new KafkaException("no leader")));
                role.runOnce();

                // Then nothing is listed before the end of the pause
                completeAll();
                now.updateAndGet(time -> time.plusSeconds(pause).minusMillis(1));
                role.runOnce();
                assertThat(observedPods(metrics)).isZero();
                now.updateAndGet(time -> time.plusMillis(1));
                role.runOnce();
            }
            assertThat(observedPods(metrics)).isOne();
        }
    }

    @Test
    @Timeout(120)
    void shouldTellThatAPodIsGoneUntilKafkaTakesIt() throws Exception {
        // Given a role that has told of a Pod
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T07:00:00Z"));
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        try (SimulatedCluster cluster = SimulatedCluster.start(0, InstantSource.system());
                KubernetesClient client = cluster.client();
                ObserveRole role = role(client, Duration.ZERO, metrics, now::get)) {
            Pod pod = client.resource(Manifests.pod("default", "one")).create();
            role.runOnce();
            await().atMost(LONGEST).until(() -> !sent(Signal.Watched.class).isEmpty());
            completeAll();

            // When it is deleted, and Kafka gives up on that
            isKafkaAway = true;
            client.resource(pod).withGracePeriod(0).delete();
            await().atMost(LONGEST).until(() -> timesToldGone(pod) == 1);
            giveUpAll();
            awaitLoss(role, metrics, 1);

            // And on what the next observer tells
            startAnew(role, now);
            awaitLoss(role, metrics, 2);
            assertThat(timesToldGone(pod)).isEqualTo(2);

            // Then it is told once more
            isKafkaAway = false;
            startAnew(role, now);
            await().atMost(LONGEST).until(() -> timesToldGone(pod) == 3);

            // And not again after that was taken, whatever is lost then
            await().atMost(LONGEST).until(() -> sent(Signal.Watched.class).size() == 2);
            giveUpAll();
            awaitLoss(role, metrics, 3);
            startAnew(role, now);
            await().atMost(LONGEST).until(() -> sent(Signal.Watched.class).size() == 3);
            assertThat(timesToldGone(pod)).isEqualTo(3);
        }
    }

    @Test
    @Timeout(60)
    void shouldCountAsAtWorkAsLongAsAListBringsSomething() throws Exception {
        // Given an API server that needs six minutes for each part of a list
        AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T07:00:00Z"));
        AtomicReference<ObserveRole> role = new AtomicReference<>();
        List<Boolean> atWork = new ArrayList<>();
        ApiStub.Answer nothing = list("100", null);
        try (ApiStub api = new ApiStub(request -> {
                    if (request.query().contains("watch=true")
                            || !request.path().endsWith("/pods")
                            || !request.query().contains("limit=500")) {
                        return nothing;
                    }
                    boolean isSecondPart = request.query().contains("continue=more");
                    if (isSecondPart) {
                        await().atMost(LONGEST).until(() -> role.get().hasProgressedWithin(STUCK));
                    }
                    now.updateAndGet(time -> time.plus(STUCK).plusSeconds(60));
                    atWork.add(role.get().hasProgressedWithin(STUCK));
                    return isSecondPart ? nothing : list("100", "more", Manifests.pod("default", "one"));
                });
                KubernetesClient client = api.client()) {
            role.set(role(client, Duration.ZERO, new SimpleMeterRegistry(), now::get));

            // When it lists
            role.get().runOnce();
            role.get().close();
        }

        // Then it counts as stuck only until the next part has come
        assertThat(atWork).containsExactly(false, false);
    }

    private static ApiStub.Answer list(String version, String more, Pod... pods) {
        KubernetesSerialization json = new KubernetesSerialization();
        for (Pod pod : pods) {
            pod.getMetadata().setUid(new UUID(0, 1).toString());
            pod.getMetadata().setResourceVersion("50");
            pod.getMetadata().setCreationTimestamp("2026-11-23T06:00:00Z");
        }
        return new ApiStub.Answer(
                200,
                json.asJson(new PodListBuilder()
                        .withNewMetadata()
                        .withResourceVersion(version)
                        .withContinue(more)
                        .endMetadata()
                        .addToItems(pods)
                        .build()));
    }

    /** Until the role has noticed for the nth time that something was lost. */
    private static void awaitLoss(ObserveRole role, SimpleMeterRegistry metrics, int losses) {
        await().atMost(LONGEST).until(() -> {
            role.runOnce();
            return metrics.get("injection_auditor_observe_overflows").counter().count() == losses;
        });
    }

    private static void startAnew(ObserveRole role, AtomicReference<Instant> now) throws Exception {
        now.updateAndGet(time -> time.plus(RestartPause.LONGEST));
        role.runOnce();
    }

    private long timesToldGone(Pod pod) {
        return sent(PodObservation.class).stream()
                .filter(observation -> observation.lifecycle() == Lifecycle.GONE)
                .filter(observation -> observation
                        .pod()
                        .uid()
                        .toString()
                        .equals(pod.getMetadata().getUid()))
                .count();
    }

    private void giveUpAll() {
        boolean more = true;
        while (more) {
            more = producer.errorNext(new KafkaException("no leader"));
        }
    }

    private static double observedPods(SimpleMeterRegistry metrics) {
        return metrics.get("injection_auditor_observed_pods").gauge().value();
    }

    /** So that what is refused next is of the next observer. */
    private void completeAll() {
        boolean more = true;
        while (more) {
            more = producer.completeNext();
        }
    }

    private static void awaitGauge(SimpleMeterRegistry metrics, String name, double value) {
        await().atMost(LONGEST).until(() -> metrics.get(name).gauge().value() == value);
    }

    private ObserveRole role(KubernetesClient client, Duration probeInterval, SimpleMeterRegistry metrics) {
        return role(client, probeInterval, metrics, InstantSource.system());
    }

    private ObserveRole role(
            KubernetesClient client, Duration probeInterval, SimpleMeterRegistry metrics, InstantSource clock) {
        return new ObserveRole(
                client,
                producer,
                new Topics("test"),
                SOURCE,
                10_000,
                new ObserveRole.Probes(probeInterval, "default"),
                metrics,
                clock);
    }

    private <T extends Event> List<T> sent(Class<T> type) {
        EventCodec codec = new EventCodec();
        return producer.history().stream()
                .map(sent -> {
                    try {
                        return codec.decode(sent.value()).data();
                    } catch (InvalidEventException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }

    private static void configureWebhook(KubernetesClient client) {
        client.resource(FailOpenWebhook.ofNobody("hooks", SOURCE.webhook())).create();
    }
}
