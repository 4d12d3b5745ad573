package dev.injectionauditor.auditor.observe.probe;

import dev.injectionauditor.auditor.kubernetes.OneTry;
import dev.injectionauditor.auditor.observe.probe.ProbeReading.Why;
import dev.injectionauditor.auditor.observe.scope.ConfigurationTracker;
import dev.injectionauditor.auditor.observe.scope.ConfiguredWebhook;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.service.Loop;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the API server, on dry run, for a Pod that the webhook must be called for, and tells what came back: so outages
 * are seen, bounded and closed even when nobody creates Pods.
 */
public final class Prober implements Loop.Work {

    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

    /** Longer than the webhook may take (its timeoutSeconds is at most 30). */
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(35);

    private final KubernetesClient client;
    private final Pod pod;
    private final ConfigurationTracker configurations;
    private final Function<Pod, ScopeRule.Decision> scopes;
    private final Consumer<Signal.Probe> out;
    private final MeterRegistry metrics;
    private final InstantSource clock;
    private boolean disabled;
    private @Nullable String lastResult;

    /**
     * A prober for one observer.
     *
     * @param client not closed
     * @param namespace where the Pods are asked for; it has to exist
     * @param scopes decides whether the webhook was to be called for a Pod of a dry run
     * @param out takes the evidence
     */
    public Prober(
            KubernetesClient client,
            String namespace,
            ConfigurationTracker configurations,
            Function<Pod, ScopeRule.Decision> scopes,
            Consumer<Signal.Probe> out,
            MeterRegistry metrics,
            InstantSource clock) {
        // No tries again: the next probe is one.
        this.client = OneTry.of(client, LONGEST_ANSWER);
        this.pod = ProbePod.in(namespace);
        this.configurations = configurations;
        this.scopes = scopes;
        this.out = out;
        this.metrics = metrics;
        this.clock = clock;
    }

    @Override
    public boolean runOnce() {
        if (!disabled) {
            switch (probe()) {
                case ProbeReading.Evidence evidence -> {
                    note(evidence.applied() ? "applied" : "not-applied");
                    out.accept(
                            new Signal.Probe(evidence.at(), evidence.applied(), clock.instant(), evidence.version()));
                }
                case ProbeReading.NoEvidence none -> {
                    note(none.why().name().toLowerCase(Locale.ROOT).replace('_', '-'));
                    disabled = none.why() == Why.STORED;
                }
            }
        }
        return false;
    }

    private ProbeReading probe() {
        List<ConfiguredWebhook> before = configurations.at(Long.MAX_VALUE);
        Optional<Why> useless = ProbeRule.uselessFor(before);
        if (useless.isPresent()) {
            return new ProbeReading.NoEvidence(useless.get());
        }
        ProbeReading reading = ProbeRule.read(ask(), scopes);
        // Rather ask again than take for an outage what is a change that the watch is about to tell of.
        return reading instanceof ProbeReading.Evidence evidence && !evidence.applied() && !isStillAs(before)
                ? new ProbeReading.NoEvidence(Why.CONFIGURATION_CHANGED)
                : reading;
    }

    private ProbeAnswer ask() {
        try {
            Pod created = client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .resource(pod)
                    .dryRun()
                    .create();
            return new ProbeAnswer.Created(created, version());
        } catch (KubernetesClientException e) {
            return ProbeAnswer.of(e);
        }
    }

    /** What is not stored has no version of its own; that of the cluster tells which Pods were there before it. */
    private @Nullable String version() {
        try {
            return client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .list(new ListOptionsBuilder().withLimit(1L).build())
                    .getMetadata()
                    .getResourceVersion();
        } catch (KubernetesClientException e) {
            // The probe is evidence all the same.
            return null;
        }
    }

    /** Whether the API server has the configurations as the watch told of them. */
    private boolean isStillAs(List<ConfiguredWebhook> before) {
        return before.stream()
                .allMatch(one -> Optional.ofNullable(client.admissionRegistration()
                                .v1()
                                .mutatingWebhookConfigurations()
                                .withName(one.name())
                                .get())
                        .filter(now ->
                                one.uid().toString().equals(now.getMetadata().getUid())
                                        && one.generation() == ConfiguredWebhook.generation(now.getMetadata()))
                        .isPresent());
    }

    private void note(String result) {
        metrics.counter("injection_auditor_probes", "result", result).increment();
        if (!result.equals(lastResult)) {
            LOG.atInfo()
                    .addKeyValue("namespace", pod.getMetadata().getNamespace())
                    .addKeyValue("result", result)
                    .log("Probes of the webhook have a new result");
            lastResult = result;
        }
    }
}
