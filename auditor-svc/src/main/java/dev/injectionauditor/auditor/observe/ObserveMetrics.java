package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.PodTracker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the observe role shows of itself while it is active in this process. */
final class ObserveMetrics {

    private final MeterRegistry registry;
    private final List<Gauge> gauges;
    private final Counter overflows;
    private final Counter forgottenEnds;
    private volatile @Nullable EventQueue queue;
    private volatile @Nullable PodTracker pods;

    ObserveMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.gauges = List.of(
                Gauge.builder("injection_auditor_observed_pods", this, ObserveMetrics::observedPods)
                        .description("Pods that are watched; 0 until the first list is complete")
                        .register(registry),
                Gauge.builder("injection_auditor_observations_waiting", this, ObserveMetrics::waiting)
                        .description("Observations and signals that wait for Kafka")
                        .register(registry));
        this.overflows = Counter.builder("injection_auditor_observe_overflows")
                .description("How many times observations were lost, so that all Pods were listed again")
                .register(registry);
        this.forgottenEnds = Counter.builder("injection_auditor_observe_ends_forgotten")
                .description("Deletions of Pods that would not be told again, as too many wait for Kafka")
                .register(registry);
    }

    /** A queue is used from now on. */
    void queue(EventQueue used) {
        queue = used;
    }

    /** All Pods have been listed, and are watched. */
    void observing(PodTracker watched) {
        pods = watched;
    }

    /** Observations were lost. */
    void overflowed() {
        overflows.increment();
    }

    /** The end of a Pod that Kafka may not take would not be told again. */
    void forgotEnd() {
        forgottenEnds.increment();
    }

    /** Nothing is observed for now. */
    void notObserving() {
        queue = null;
        pods = null;
    }

    /** Takes the gauges back: another process has the Lease, and a later turn of this one has its own. */
    void stopped() {
        gauges.forEach(registry::remove);
    }

    private double observedPods() {
        PodTracker watched = pods;
        return watched == null ? 0 : watched.size();
    }

    private double waiting() {
        EventQueue used = queue;
        return used == null ? 0 : used.size();
    }
}
