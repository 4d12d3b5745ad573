package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.auditor.observe.pod.PodDecoding;
import dev.injectionauditor.auditor.observe.pod.PodTracker;
import dev.injectionauditor.auditor.observe.pod.SlimPodStore;
import dev.injectionauditor.auditor.observe.probe.Prober;
import dev.injectionauditor.auditor.observe.scope.AdmissionVariables;
import dev.injectionauditor.auditor.observe.scope.ConfigurationTracker;
import dev.injectionauditor.auditor.observe.scope.ConfiguredWebhook;
import dev.injectionauditor.auditor.observe.scope.NamespaceTracker;
import dev.injectionauditor.auditor.observe.scope.ScopeDecider;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs the informers of one cluster, from a first list on until it is closed. Once its queue is broken it is of no use
 * any more and has to be replaced by a new one.
 */
final class Observer implements AutoCloseable {

    private static final Duration ASSERT_EVERY = Duration.ofSeconds(5);

    /** Pods in one part of a list: the whole of a large cluster would not fit into memory at once. */
    private static final long LIST_LIMIT = 500;

    private final KubernetesClient client;
    private final EventQueue queue;
    private final InstantSource clock;
    private final WatchedSpan span;
    private final ConfigurationTracker configuration;
    private final ScopeDecider scopes;
    private final MeterRegistry metrics;
    private final Informers informers = new Informers();
    private final EndpointsWatch endpoints;
    private final PodTracker tracker;
    private final SlimPodStore store = new SlimPodStore();
    private final AtomicLong handledPods = new AtomicLong();
    private final SignsOfLife signs;
    private final SharedIndexInformer<Pod> pods;
    private final Runnable listing;
    private volatile boolean isListed;
    private Instant lastAssertion = Instant.EPOCH;

    /**
     * Starts to watch; returns once everything that observations depend on has been listed.
     *
     * @param begin why a new observer is needed
     * @param owed what observers before this one left: Pods that are not there any more are told to be gone
     * @param listing called again and again while the lists are under way, whenever something in them was handled
     * @throws TimeoutException if the API server takes too long
     */
    Observer(
            KubernetesClient client,
            WatchedWebhook source,
            EventQueue queue,
            Begin begin,
            OwedEnds owed,
            Runnable listing,
            MeterRegistry metrics,
            InstantSource clock)
            throws InterruptedException, TimeoutException {
        this.client = client;
        this.queue = queue;
        this.listing = listing;
        this.metrics = metrics;
        this.clock = clock;
        this.span = new WatchedSpan(begin);
        this.configuration = new ConfigurationTracker(source.webhook(), clock);
        this.endpoints = new EndpointsWatch(client, informers, queue, clock);
        LookUps lookUps = new LookUps(client);
        this.signs = new SignsOfLife(lookUps::version, clock.instant());
        NamespaceTracker namespaces = new NamespaceTracker(lookUps::namespace, clock);
        this.scopes = new ScopeDecider(
                configuration,
                namespaces,
                new AdmissionVariables(client.getKubernetesSerialization()),
                lookUps::pod,
                metrics);
        this.tracker = new PodTracker(scopes);
        owed.follow(tracker);
        try {
            // Scope is decided from the first two, so they come first.
            informers.start(
                    client.admissionRegistration()
                            .v1()
                            .mutatingWebhookConfigurations()
                            .runnableInformer(0),
                    account(configuration, WatchedSpan.Kind.CONFIGURATIONS, () -> {}));
            SharedIndexInformer<Namespace> watched = client.namespaces().runnableInformer(0);
            watched.addEventHandler(new Guarded<>(new SettingTracker(queue::offer, clock), queue));
            informers.start(watched, account(namespaces, WatchedSpan.Kind.NAMESPACES, () -> {}));
            followService();
            this.pods = informers.start(
                    PodDecoding.of(client, configuration::conditions, tracker::knows)
                            .pods()
                            .inAnyNamespace()
                            .withLimit(LIST_LIMIT)
                            .runnableInformer(0)
                            .removeNamespaceIndex()
                            .itemStore(store),
                    account(
                            new PodHandler(tracker, owed, queue, clock),
                            WatchedSpan.Kind.PODS,
                            handledPods::incrementAndGet));
            isListed = true;
        } catch (InterruptedException | TimeoutException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends HasMetadata> Accounting<T> account(
            ResourceEventHandler<T> handler, WatchedSpan.Kind kind, Runnable handled) {
        return new Accounting<>(
                new Guarded<>(handler, queue),
                () -> span.broken(kind),
                () -> span.listed(kind, clock.instant()),
                () -> {
                    handled.run();
                    if (!isListed) {
                        listing.run();
                    }
                });
    }

    /** Follows the webhook's Service if its configuration names another one, and asserts what was watched. */
    void tick() {
        followService();
        Instant now = clock.instant();
        String version = pods.lastSyncResourceVersion();
        signs.look(version, store.changes(), handledPods.get(), now).ifPresent(span::watchedUntil);
        if (Duration.between(lastAssertion, now).compareTo(ASSERT_EVERY) >= 0) {
            span.assertion().ifPresent(queue::offer);
            lastAssertion = now;
        }
    }

    /** What is known of the Pods. */
    PodTracker pods() {
        return tracker;
    }

    /** A prober that judges by what this observer knows. */
    Prober prober(String namespace) {
        return new Prober(client, namespace, configuration, scopes::decideDryRun, queue::offer, metrics, clock);
    }

    /** Whether observations were lost, so that only a new list can help. */
    boolean isBroken() {
        return queue.isBroken();
    }

    private void followService() {
        endpoints.follow(configuration
                .current()
                .map(ConfiguredWebhook::webhook)
                .map(webhook -> webhook.getClientConfig().getService())
                .orElse(null));
    }

    @Override
    public void close() {
        informers.close();
    }
}
