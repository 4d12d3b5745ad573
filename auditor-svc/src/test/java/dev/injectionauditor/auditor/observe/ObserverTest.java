package dev.injectionauditor.auditor.observe;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Scope.Exemption;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.KubernetesListBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodListBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfiguration;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Watches a simulated cluster through connections that break. */
class ObserverTest {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("test", "host.injection-auditor.dev");
    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T07:00:00Z"));
    private final EventQueue queue = new EventQueue(10_000);
    private final OwedEnds owed = new OwedEnds(() -> {});
    private final List<Event> told = new ArrayList<>();
    private SimulatedCluster cluster;
    private CuttableProxy proxy;
    private KubernetesClient user;
    private KubernetesClient client;
    private Observer observer;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        proxy = new CuttableProxy(cluster.url());
        user = cluster.client();
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl(proxy.url())
                .withWatchReconnectInterval(50)
                .build();
        client = new KubernetesClientBuilder().withConfig(config).build();
        user.resource(configuration()).create();
    }

    @AfterEach
    void stop() {
        if (observer != null) {
            observer.close();
        }
        client.close();
        user.close();
        proxy.close();
        cluster.close();
    }

    @Test
    void shouldTellOfPodsThatWereThereAndThatCome() throws Exception {
        // Given
        Pod early = create("early");
        observe();
        Pod late = create("late");

        // Then
        awaitTold(late, Lifecycle.ACTIVE);
        assertThat(of(early)).extracting(PodObservation::lifecycle).startsWith(Lifecycle.ACTIVE);
        assertThat(of(late).getFirst().scope().exemption()).isNull();
        assertThat(of(late).getFirst().lacking()).containsExactly("main");

        // When
        delete(late);

        // Then what is told of it is what was known
        PodObservation gone = awaitTold(late, Lifecycle.GONE);
        assertThat(gone.lacking()).containsExactly("main");
        assertThat(gone.scope()).isEqualTo(of(late).getFirst().scope());
        assertThat(gone.createdAt()).isEqualTo(of(late).getFirst().createdAt());
    }

    @Test
    void shouldGoOnWhereABrokenWatchStopped() throws Exception {
        // Given a watch
        Pod before = create("before");
        observe();
        tick();
        Signal.Watched first = awaitSpan(Begin.STARTED);

        // When its connection breaks, and Pods come and go until it is back
        proxy.down();
        Pod meanwhile = create("meanwhile");
        delete(before);
        proxy.up();

        // Then nothing is missed, and the span goes on
        awaitTold(meanwhile, Lifecycle.ACTIVE);
        awaitTold(before, Lifecycle.GONE);
        Instant known = now.get();
        Pod after = create("after");
        awaitTold(after, Lifecycle.ACTIVE);
        await().atMost(LONGEST).until(() -> {
            tick();
            create("sign-of-life-" + now.get().toEpochMilli());
            return spans().getLast().until().isAfter(known);
        });
        assertThat(spans()).allSatisfy(span -> {
            assertThat(span.from()).isEqualTo(first.from());
            assertThat(span.begin()).isEqualTo(Begin.STARTED);
        });
    }

    @Test
    void shouldAskWhereTheClusterIsAfterALongSilence() throws Exception {
        // Given a watch that brings nothing for minutes
        observe();
        tick();
        awaitSpan(Begin.STARTED);
        Instant news = now.updateAndGet(time -> time.plusSeconds(300));

        // When a Pod comes, and nothing after it
        awaitTold(create("one"), Lifecycle.ACTIVE);

        // Then it is known to be the latest
        await().atMost(LONGEST).until(() -> {
            tick();
            return spans().getLast().until().isAfter(news);
        });
    }

    @Test
    void shouldListAnewWhenTheWatchHasExpired() throws Exception {
        // Given a watch of three Pods
        Pod stays = create("stays");
        Pod vanishes = create("vanishes");
        Pod replaced = create("replaced");
        observe();
        tick();
        Signal.Watched first = awaitSpan(Begin.STARTED);

        // When it is cut for so long that the server has forgotten what happened since
        proxy.down();
        Instant blind = now.updateAndGet(time -> time.plusSeconds(60));
        delete(vanishes);
        delete(replaced);
        Pod replacement = create("replaced");
        Pod fresh = create("fresh");
        cluster.expireWatches();
        now.updateAndGet(time -> time.plusSeconds(60));
        proxy.up();

        // Then everything is as it is now
        awaitTold(fresh, Lifecycle.ACTIVE);
        awaitTold(vanishes, Lifecycle.GONE);
        awaitTold(replaced, Lifecycle.GONE);
        awaitTold(replacement, Lifecycle.ACTIVE);
        assertThat(of(stays)).extracting(PodObservation::lifecycle).doesNotContain(Lifecycle.GONE);
        assertThat(of(vanishes).getLast().lacking()).containsExactly("main");

        // And what lies between is not taken for watched
        Signal.Watched second = awaitSpan(Begin.RELISTED);
        assertThat(spans().stream().filter(span -> span.from().equals(first.from())))
                .allSatisfy(span -> assertThat(span.until()).isBefore(blind));
        assertThat(second.from()).isAfter(blind);

        // And the new span goes on when there is news
        await().atMost(LONGEST).until(() -> {
            tick();
            create("sign-of-life-" + now.get().toEpochMilli());
            return spans().getLast().until().isAfter(second.until());
        });
    }

    @Test
    void shouldNoticeThatTheConfigurationVanishedMeanwhile() throws Exception {
        // Given
        create("before");
        observe();
        tick();
        awaitSpan(Begin.STARTED);

        // When the webhook is taken away while nothing is watched
        proxy.down();
        user.resource(configuration()).delete();
        cluster.expireWatches();
        proxy.up();
        awaitSpan(Begin.RELISTED);

        // Then Pods are exempt, as soon as the other watch has been set up again too
        List<Pod> after = new ArrayList<>();
        await().atMost(LONGEST).until(() -> {
            after.add(create("after-" + after.size()));
            awaitTold(after.getLast(), Lifecycle.ACTIVE);
            return of(after.getLast()).getFirst().scope().exemption() == Exemption.NO_CONFIGURATION;
        });
    }

    @Test
    void shouldTellOfPodsThatVanishedBetweenTwoObservers() throws Exception {
        // Given an observer that had to give up
        Pod stays = create("stays");
        Pod vanishes = create("vanishes");
        observe();
        awaitTold(vanishes, Lifecycle.ACTIVE);
        observer.close();
        delete(vanishes);

        // When another takes over what it knew
        observe();

        // Then
        awaitTold(vanishes, Lifecycle.GONE);
        assertThat(of(stays)).extracting(PodObservation::lifecycle).doesNotContain(Lifecycle.GONE);
    }

    @Test
    void shouldListManyPodsInParts() throws Exception {
        // Given an API server that gives its Pods in three parts
        KubernetesSerialization json = new KubernetesSerialization();
        List<String> parts = Stream.of("a", "b", "c")
                .map(name -> new PodListBuilder()
                        .withNewMetadata()
                        .withContinue("c".equals(name) ? null : "after-" + name)
                        .withResourceVersion("100")
                        .endMetadata()
                        .addToItems(new PodBuilder(pod(name))
                                .editMetadata()
                                .withUid(UUID.nameUUIDFromBytes(name.getBytes(UTF_8))
                                        .toString())
                                .withResourceVersion("50")
                                .withCreationTimestamp("2026-11-23T06:00:00Z")
                                .endMetadata()
                                .build())
                        .build())
                .map(json::asJson)
                .toList();
        Map<String, String> byContinue = Map.of("", parts.get(0), "after-a", parts.get(1), "after-b", parts.get(2));
        AtomicInteger listed = new AtomicInteger();
        try (ApiStub api = new ApiStub(request -> new ApiStub.Answer(
                        200,
                        request.query().contains("watch=true")
                                ? ""
                                : request.path().endsWith("/pods")
                                        ? byContinue.get(parameter(request, "continue"))
                                        : json.asJson(new KubernetesListBuilder()
                                                .withNewMetadata()
                                                .withResourceVersion("100")
                                                .endMetadata()
                                                .build())));
                KubernetesClient paged = api.client();
                Observer paging = new Observer(
                        paged,
                        SOURCE,
                        queue,
                        Begin.STARTED,
                        owed,
                        listed::incrementAndGet,
                        new SimpleMeterRegistry(),
                        now::get)) {

            // Then it has asked for all of them, a part at a time
            assertThat(paging.pods().size()).isEqualTo(3);
            assertThat(listed).as("reports while it listed").hasValue(3);
            assertThat(api.requests().stream()
                            .filter(request -> request.path().endsWith("/pods")
                                    && !request.query().contains("watch=true"))
                            .limit(3))
                    .allSatisfy(
                            request -> assertThat(parameter(request, "limit")).isEqualTo("500"))
                    .extracting(request -> parameter(request, "continue"))
                    .containsExactly("", "after-a", "after-b");
        }
    }

    private static String parameter(ApiStub.Request request, String name) {
        return Stream.of(request.query().split("&"))
                .filter(parameter -> parameter.startsWith(name + "="))
                .map(parameter -> parameter.substring(name.length() + 1))
                .findFirst()
                .orElse("");
    }

    private void observe() throws Exception {
        observer =
                new Observer(client, SOURCE, queue, Begin.STARTED, owed, () -> {}, new SimpleMeterRegistry(), now::get);
    }

    /** As the role does every second. */
    private void tick() throws Exception {
        now.updateAndGet(time -> time.plusSeconds(6));
        observer.tick();
    }

    private PodObservation awaitTold(Pod pod, Lifecycle lifecycle) {
        return await().atMost(LONGEST)
                .until(
                        () -> of(pod).stream()
                                .filter(observation -> observation.lifecycle() == lifecycle)
                                .findFirst()
                                .orElse(null),
                        Objects::nonNull);
    }

    private Signal.Watched awaitSpan(Begin begin) {
        return await().atMost(LONGEST)
                .until(
                        () -> {
                            tick();
                            return spans().stream()
                                    .filter(span -> span.begin() == begin)
                                    .findFirst()
                                    .orElse(null);
                        },
                        Objects::nonNull);
    }

    private List<PodObservation> of(Pod pod) {
        return told(PodObservation.class)
                .filter(observation -> observation
                        .pod()
                        .uid()
                        .toString()
                        .equals(pod.getMetadata().getUid()))
                .toList();
    }

    private List<Signal.Watched> spans() {
        return told(Signal.Watched.class).toList();
    }

    private <T> Stream<T> told(Class<T> type) {
        try {
            told.addAll(queue.take(10_000, Duration.ofMillis(1)));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return List.copyOf(told).stream().filter(type::isInstance).map(type::cast);
    }

    private Pod create(String name) {
        return user.resource(pod(name)).create();
    }

    private static Pod pod(String name) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("registry.example/main")
                .endContainer()
                .endSpec()
                .build();
    }

    private void delete(Pod pod) {
        user.resource(pod).withGracePeriod(0).delete();
        await().atMost(LONGEST)
                .until(() -> user.resource(pod).get() == null
                        || !Objects.equals(
                                user.resource(pod).get().getMetadata().getUid(),
                                pod.getMetadata().getUid()));
    }

    /** A webhook that does not exist. */
    private static MutatingWebhookConfiguration configuration() {
        return FailOpenWebhook.ofNobody("hooks", SOURCE.webhook());
    }
}
