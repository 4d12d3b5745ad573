package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the times that are compared with stored ones to microseconds, as PostgreSQL keeps no more: what is told again,
 * or of an older version, then has the time that is stored. API servers tell whole seconds.
 */
final class Microseconds {

    private Microseconds() {}

    /** The event without what is finer, mostly itself. */
    static Event cut(Event event) {
        return switch (event) {
            case PodObservation pod when isFiner(pod.createdAt()) || isFiner(inForceSince(pod.scope())) -> cut(pod);
            case Signal.Probe probe
            when isFiner(probe.at()) ->
                new Signal.Probe(cut(probe.at()), probe.applied(), probe.seenAt(), probe.resourceVersion());
            default -> event;
        };
    }

    private static PodObservation cut(PodObservation pod) {
        return new PodObservation(
                pod.pod(),
                pod.resourceVersion(),
                cut(pod.createdAt()),
                pod.owner(),
                pod.stamp(),
                pod.containers(),
                pod.lacking(),
                pod.byPolicy(),
                cut(pod.scope()),
                pod.lifecycle(),
                pod.recreation(),
                pod.observedAt());
    }

    private static Scope cut(Scope scope) {
        Scope.Configuration was = scope.configuration();
        return was == null
                ? scope
                : new Scope(
                        scope.exemption(),
                        new Scope.Configuration(was.name(), was.uid(), was.generation(), cut(was.inForceSince())));
    }

    private static @Nullable Instant inForceSince(Scope scope) {
        return scope.configuration() == null ? null : scope.configuration().inForceSince();
    }

    private static boolean isFiner(@Nullable Instant time) {
        return time != null && !cut(time).equals(time);
    }

    private static Instant cut(Instant time) {
        return time.truncatedTo(ChronoUnit.MICROS);
    }
}
