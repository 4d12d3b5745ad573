package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.RecreationResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** What the remediator counts. */
final class RemediateMetrics {

    private final MeterRegistry registry;
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger barePods = new AtomicInteger();
    private final List<Gauge> gauges;
    private final Counter passedOver;

    RemediateMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.gauges = List.of(
                Gauge.builder("injection_auditor_recreations_open", open, AtomicInteger::get)
                        .description("Recreation requests that are taken on and not answered")
                        .register(registry),
                Gauge.builder("injection_auditor_bare_pods_to_create", barePods, AtomicInteger::get)
                        .description("Bare Pods that are evicted and not created again yet")
                        .register(registry));
        this.passedOver = Counter.builder("injection_auditor_recreation_requests_passed_over")
                .description("Recreation requests that are not executed because they could not be understood or stored")
                .register(registry);
    }

    /** How much is under way. */
    void underWay(int requests, int barePodsToCreate) {
        open.set(requests);
        barePods.set(barePodsToCreate);
    }

    /** Takes the gauges back: another process has the Lease, and a later turn of this one has its own. */
    void stopped() {
        gauges.forEach(registry::remove);
    }

    void passedOver() {
        passedOver.increment();
    }

    void finished(RecreationResult result) {
        Counter.builder("injection_auditor_recreations")
                .description("Recreation requests that were answered")
                .tag("outcome", word(result.outcome().name()))
                .tag("reason", result.reason() == null ? "none" : result.reason())
                .register(registry)
                .increment();
    }

    void evicted(EvictionAnswer answer) {
        Counter.builder("injection_auditor_evictions")
                .description("Answers of the API server to evictions")
                .tag("answer", kebab(answer.getClass().getSimpleName()))
                .register(registry)
                .increment();
    }

    void creationRefused() {
        Counter.builder("injection_auditor_bare_pod_creations_refused")
                .description("Creations of bare Pods that were not accepted and are tried again")
                .register(registry)
                .increment();
    }

    private static String word(String constant) {
        return constant.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String kebab(String name) {
        return name.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
