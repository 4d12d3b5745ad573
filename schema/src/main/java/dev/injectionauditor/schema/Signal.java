package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.notNegative;
import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the observer noticed besides Pods. A later version may have more kinds. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(name = "endpoints", value = Signal.Endpoints.class),
    @JsonSubTypes.Type(name = "probe", value = Signal.Probe.class),
    @JsonSubTypes.Type(name = "watched", value = Signal.Watched.class),
    @JsonSubTypes.Type(name = "recreation-setting", value = Signal.RecreationSetting.class)
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
     * The API server answered a dry-run creation of a Pod that the webhook had to be called for. No Pod was stored.
     *
     * @param at creationTimestamp of that Pod: the API server's clock, whole seconds, as of every Pod
     * @param applied whether the Pod came back with what the webhook injects
     * @param seenAt when the answer came, by the observer's clock
     * @param resourceVersion version of the cluster right after the answer, which places the probe among the Pods of
     *     its second (comparable since Kubernetes 1.35, KEP-5504); null if not known
     */
    record Probe(
            Instant at,
            @JsonProperty(required = true) boolean applied,
            Instant seenAt,
            @Nullable String resourceVersion)
            implements Signal {

        /** @throws IllegalArgumentException if a field is missing */
        public Probe {
            required("at", at);
            required("seenAt", seenAt);
        }

        @Override
        public String id() {
            // Several probes may be of one second.
            return "probe/" + at + "/" + seenAt + (applied ? "/applied" : "/not-applied");
        }

        @Override
        public String subject() {
            return "probe";
        }

        @Override
        public Instant time() {
            return at;
        }
    }

    /**
     * The observer has watched all Pods without a break. Sent again and again with the same beginning while it does;
     * what lies between two spans is an observation gap.
     *
     * @param from when the watch was complete: after a list of all Pods, by the observer's clock
     * @param until last moment known to be watched
     * @param begin why the span begins where it does, and so why nobody watched before
     */
    record Watched(Instant from, Instant until, Begin begin) implements Signal {

        /** @throws IllegalArgumentException if a field is missing or the span ends before it starts */
        public Watched {
            required("from", from);
            required("until", until);
            required("begin", begin);
            if (until.isBefore(from)) {
                throw new IllegalArgumentException("until is before from");
            }
        }

        /** Why a span begins where it does. */
        public enum Begin {
            /** The observer started, or took over. */
            @JsonProperty("started")
            STARTED,
            /** The watch broke in a way that needed a new list. */
            @JsonProperty("relisted")
            RELISTED,
            /** Observations came faster than they could be sent, and some were dropped. */
            @JsonProperty("overflow")
            OVERFLOW
        }

        @Override
        public String id() {
            return "watched/" + from + "/" + until;
        }

        @Override
        public String subject() {
            return "watched";
        }

        @Override
        public Instant time() {
            return until;
        }
    }

    /**
     * What a namespace says about the recreation of its Pods. Sent for every namespace when the observer starts, and
     * when it changes; of one namespace the highest resource version holds.
     *
     * @param namespace name of the namespace
     * @param mode what its Pods are to be treated as unless they say something themselves; null if it says nothing
     * @param resourceVersion version of the namespace that was seen, a decimal number that grows (KEP-5504)
     * @param at when it was seen, by the observer's clock
     */
    record RecreationSetting(String namespace, @Nullable RecreationMode mode, String resourceVersion, Instant at)
            implements Signal {

        /** @throws IllegalArgumentException if a field is missing */
        public RecreationSetting {
            required("namespace", namespace);
            required("resourceVersion", resourceVersion);
            required("at", at);
        }

        @Override
        public String id() {
            return "recreation-setting/" + namespace + "/" + resourceVersion
                    + (mode == null ? "" : "/" + mode.name().toLowerCase(Locale.ROOT));
        }

        @Override
        public String subject() {
            return "recreation-setting";
        }

        @Override
        public Instant time() {
            return at;
        }
    }
}
