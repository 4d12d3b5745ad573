package dev.injectionauditor.schema;

import java.util.Optional;

/** The kinds of events, each with its versioned CloudEvents type, its payload and its topic. */
public enum EventType {
    /** An admission call that the webhook answered. */
    ADMISSION("admission", "admissions", Admission.class),
    /** What the watch saw of a Pod. */
    POD("pod", "pods", PodObservation.class),
    /** What else the observer saw: endpoints of the webhook, answers to probes, spans that it watched. */
    SIGNAL("signal", "signals", Signal.class),
    /** A Pod that the webhook was not applied to. */
    MISSED("missed", "missed", MissedInjection.class),
    /** An outage window, each time it changes. */
    OUTAGE("outage", "outages", Outage.class),
    /** A Pod that is to be recreated. */
    RECREATION_REQUEST("recreation-request", "recreation-requests", RecreationRequest.class),
    /** What became of a recreation request. */
    RECREATION_RESULT("recreation-result", "recreation-results", RecreationResult.class);

    private static final String VERSION = ".v1";

    private final String noun;
    private final String cloudEventsType;
    private final String topic;
    private final Class<? extends Event> payload;

    EventType(String noun, String topic, Class<? extends Event> payload) {
        this.noun = noun;
        this.cloudEventsType = "dev.injection-auditor." + noun + VERSION;
        this.topic = topic;
        this.payload = payload;
    }

    /** The CloudEvents {@code type}, such as {@code dev.injection-auditor.missed.v1}. */
    public String cloudEventsType() {
        return cloudEventsType;
    }

    /** Name of the topic without its prefix, such as {@code missed}. */
    public String topicSuffix() {
        return topic;
    }

    /** The record or sealed interface of the payload. */
    public Class<? extends Event> payload() {
        return payload;
    }

    /** Class-path resource of the payload's JSON Schema. */
    public String schemaResource() {
        return "json-schema/" + noun + VERSION + ".schema.json";
    }

    /** The event type with this CloudEvents {@code type}, or empty for a foreign one or a version unknown here. */
    public static Optional<EventType> ofCloudEventsType(String cloudEventsType) {
        for (EventType type : values()) {
            if (type.cloudEventsType.equals(cloudEventsType)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
