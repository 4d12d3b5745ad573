package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.ServiceReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the informers of one cluster, from a first list on until it is closed. Once its queue is broken it is of no use
 * any more and has to be replaced by a new one.
 */
final class Observer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Observer.class);
    private static final Duration LONGEST_LIST = Duration.ofMinutes(2);
    private static final Duration ASSERT_EVERY = Duration.ofSeconds(5);
    private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    private final KubernetesClient client;
    private final EventQueue queue;
    private final InstantSource clock;
    private final WatchedSpan span;
    private final ConfigurationTracker configuration;
    private final ScopeDecider scopes;
    private final MeterRegistry metrics;
    private final List<SharedIndexInformer<?>> informers = new ArrayList<>();
    private final SharedIndexInformer<Pod> pods;
    private @Nullable ServiceReference service;
    private @Nullable SharedIndexInformer<?> endpoints;
    private Instant lastAssertion = Instant.EPOCH;

    /**
     * Starts to watch; returns once everything has been listed.
     *
     * @param begin why a new observer is needed
     * @throws TimeoutException if the API server takes too long
     */
    Observer(
            KubernetesClient client,
            WatchedWebhook source,
            EventQueue queue,
            Begin begin,
            MeterRegistry metrics,
            InstantSource clock)
            throws InterruptedException, TimeoutException {
        this.client = client;
        this.queue = queue;
        this.metrics = metrics;
        this.clock = clock;
        this.span = new WatchedSpan(begin);
        this.configuration = new ConfigurationTracker(source.webhook(), clock);
        NamespaceTracker namespaces = new NamespaceTracker(this::lookUp, clock);
        this.scopes = new ScopeDecider(
                configuration, namespaces, new AdmissionVariables(client.getKubernetesSerialization()), metrics);
        PodTracker tracker = new PodTracker(scopes);
        try {
            // Scope is decided from the first two, so they come first.
            inform(client.admissionRegistration().v1().mutatingWebhookConfigurations(), configuration);
            inform(client.namespaces(), namespaces);
            followService();
            this.pods = inform(client.pods().inAnyNamespace(), new PodHandler(tracker, queue, span, clock));
        } catch (InterruptedException | TimeoutException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Follows the webhook's Service if its configuration names another one, and asserts what was watched. */
    void tick() throws InterruptedException, TimeoutException {
        followService();
        Instant now = clock.instant();
        if (pods.isWatching() && Duration.between(lastAssertion, now).compareTo(ASSERT_EVERY) >= 0) {
            span.assertion(now).ifPresent(queue::offer);
            lastAssertion = now;
        }
    }

    /** A prober that judges by what this observer knows. */
    Prober prober(String namespace) {
        return new Prober(client, namespace, configuration, scopes::decideDryRun, queue::offer, metrics, clock);
    }

    /** Whether observations were lost, so that only a new list can help. */
    boolean isBroken() {
        return queue.isBroken();
    }

    private Optional<Namespace> lookUp(String namespace) {
        try {
            return Optional.ofNullable(client.namespaces().withName(namespace).get());
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("namespace", namespace).setCause(e).log("Cannot look up a namespace");
            return Optional.empty();
        }
    }

    private void followService() throws InterruptedException, TimeoutException {
        ServiceReference named = configuration
                .current()
                .map(ConfiguredWebhook::webhook)
                .map(webhook -> webhook.getClientConfig().getService())
                .orElse(null);
        if (Objects.equals(named, service)) {
            return;
        }
        if (endpoints != null) {
            endpoints.stop();
            informers.remove(endpoints);
        }
        endpoints = named == null
                ? null
                : inform(
                        client.discovery()
                                .v1()
                                .endpointSlices()
                                .inNamespace(named.getNamespace())
                                .withLabel(SERVICE_NAME_LABEL, named.getName()),
                        new EndpointsTracker(queue::offer, clock));
        service = named;
    }

    private <T extends HasMetadata> SharedIndexInformer<T> inform(
            Informable<T> resources, ResourceEventHandler<T> handler) throws InterruptedException, TimeoutException {
        SharedIndexInformer<T> informer = resources.runnableInformer(0);
        informers.add(informer);
        // Without this an informer stops for good at the first error that is not about its connection.
        informer.exceptionHandler((started, failure) -> true);
        informer.addEventHandler(handler);
        try {
            informer.start().toCompletableFuture().get(LONGEST_LIST.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot list and watch", e.getCause());
        }
        return informer;
    }

    @Override
    public void close() {
        informers.forEach(SharedIndexInformer::stop);
    }
}
