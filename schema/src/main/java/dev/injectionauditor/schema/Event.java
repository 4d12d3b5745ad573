package dev.injectionauditor.schema;

import java.time.Instant;

/**
 * The payload of a record on a topic. Every payload knows the attributes of its CloudEvents envelope, so that the same
 * fact always gets the same id, whoever sends it and however often.
 */
public sealed interface Event
        permits Admission, PodObservation, Signal, MissedInjection, Outage, RecreationRequest, RecreationResult {

    /** Type, topic and schema of this payload. */
    EventType type();

    /** Deterministic id: equal facts of one {@link WatchedWebhook} have equal ids, different facts different ones. */
    String id();

    /** What the event is about: a Pod as {@code namespace/name}, or an outage id. */
    String subject();

    /** When it happened, by the clock that the payload's documentation names. */
    Instant time();
}
