package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.notNegative;
import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/** What the observer noticed besides Pods. Consumers pass over kinds that they do not know. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "endpoints", value = Signal.Endpoints.class),
    @JsonSubTypes.Type(name = "gap", value = Signal.Gap.class)
})
public sealed interface Signal extends Event {

    @Override
    default EventType type() {
        return EventType.SIGNAL;
    }

    /**
     * The ready endpoints of the webhook's Service changed.
     *
     * @param ready number of ready endpoints from now on, at least 0
     * @param at when it was seen, by the observer's clock
     */
    record Endpoints(@JsonProperty(required = true) int ready, Instant at) implements Signal {

        /** @throws IllegalArgumentException if a field is missing or {@code ready} is negative */
        public Endpoints {
            notNegative("ready", ready);
            required("at", at);
        }

        @Override
        public String id() {
            return "endpoints/" + at;
        }

        @Override
        public String subject() {
            return "endpoints";
        }

        @Override
        public Instant time() {
            return at;
        }
    }

    /**
     * A span in which Pods may have come and gone unseen.
     *
     * @param from last moment known to be watched, by the observer's clock
     * @param until first moment watched again, after a complete list
     * @param reason why nobody watched
     */
    record Gap(Instant from, Instant until, Reason reason) implements Signal {

        /** @throws IllegalArgumentException if a field is missing or the span ends before it starts */
        public Gap {
            required("from", from);
            required("until", until);
            required("reason", reason);
            if (until.isBefore(from)) {
                throw new IllegalArgumentException("until is before from");
            }
        }

        /** Why nobody watched. */
        public enum Reason {
            /** No observer was running, or this one was starting. */
            @JsonProperty("not-running")
            NOT_RUNNING,
            /** The watch broke and a new list was needed. */
            @JsonProperty("relisted")
            RELISTED,
            /** Observations came faster than they could be sent, and some were dropped. */
            @JsonProperty("overflow")
            OVERFLOW
        }

        @Override
        public String id() {
            return "gap/" + from;
        }

        @Override
        public String subject() {
            return "gap";
        }

        @Override
        public Instant time() {
            return until;
        }
    }
}
