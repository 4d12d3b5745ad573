package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.notNegative;
import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An outage window as the evidence known so far gives it. Sent whenever it changes; the newest state of an id holds.
 *
 * <p>All times are of the API server's clock and have the resolution of their evidence (whole seconds where that is a
 * creationTimestamp).
 *
 * @param outageId identity of the window, made from its first not-applied evidence: earlier evidence found later makes
 *     it another window, and this one is sent as removed
 * @param state whether it has ended, or was taken back
 * @param startedAfter last applied evidence before it, exclusive; null if there is none
 * @param startedBy first not-applied evidence, inclusive
 * @param endedAfter last not-applied evidence, inclusive
 * @param endedBefore applied evidence that closed it, exclusive; null while it is open
 * @param coverage whether anything was applied inside
 * @param missed Pods in it without the mutation
 * @param preset Pods in it that the call was missed for but that set the variable themselves
 * @param probes probes of the observer in it that were not applied; they count no Pods
 * @param applied applied evidence between {@code startedBy} and {@code endedAfter}
 */
public record Outage(
        UUID outageId,
        State state,
        @Nullable Instant startedAfter,
        Instant startedBy,
        Instant endedAfter,
        @Nullable Instant endedBefore,
        Coverage coverage,
        @JsonProperty(required = true) long missed,
        @JsonProperty(required = true) long preset,
        @JsonProperty(required = true) long probes,
        @JsonProperty(required = true) long applied)
        implements Event {

    /** @throws IllegalArgumentException if a field is missing or a number negative */
    public Outage {
        required("outageId", outageId);
        required("state", state);
        required("startedBy", startedBy);
        required("endedAfter", endedAfter);
        required("coverage", coverage);
        notNegative("missed", missed);
        notNegative("preset", preset);
        notNegative("probes", probes);
        notNegative("applied", applied);
    }

    /** Whether a window has ended. */
    public enum State {
        /** Nothing was applied since. */
        @JsonProperty("open")
        OPEN,
        /** Applied again, and quiet since. */
        @JsonProperty("closed")
        CLOSED,
        /** Later evidence merged it into another window or showed that there was none. */
        @JsonProperty("removed")
        REMOVED
    }

    /** Whether the webhook failed for every call or for some. */
    public enum Coverage {
        /** Nothing was applied inside. */
        @JsonProperty("full")
        FULL,
        /** Some calls were applied inside: one replica of the webhook or of the API server failed alone. */
        @JsonProperty("partial")
        PARTIAL
    }

    @Override
    public EventType type() {
        return EventType.OUTAGE;
    }

    @Override
    public String id() {
        return String.join(
                        "/",
                        outageId.toString(),
                        state.name(),
                        String.valueOf(startedAfter),
                        endedAfter.toString(),
                        String.valueOf(endedBefore),
                        Long.toString(missed),
                        Long.toString(preset),
                        Long.toString(probes),
                        Long.toString(applied))
                .toLowerCase(Locale.ROOT);
    }

    @Override
    public String subject() {
        return outageId.toString();
    }

    @Override
    public Instant time() {
        return endedBefore != null ? endedBefore : endedAfter;
    }
}
