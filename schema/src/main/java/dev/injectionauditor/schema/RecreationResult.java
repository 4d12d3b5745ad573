package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of a recreation request.
 *
 * @param requestId the request that this answers
 * @param pod the Pod that was to be replaced
 * @param outcome how it ended
 * @param reason a short fixed text that says why, for counting; null where the outcome says it all
 * @param replacement the Pod that took its place, null if none is known
 * @param finishedAt when it ended, by the remediator's clock
 * @param remediator who executed it
 * @param owner the owner that the request names, null for a bare Pod or if the remediator does not tell; for who reads
 *     results without requests
 */
public record RecreationResult(
        String requestId,
        PodRef pod,
        Outcome outcome,
        @Nullable String reason,
        @Nullable PodRef replacement,
        Instant finishedAt,
        String remediator,
        @Nullable OwnerRef owner)
        implements Event {

    /** @throws IllegalArgumentException if a field is missing */
    public RecreationResult {
        required("requestId", requestId);
        required("pod", pod);
        required("outcome", outcome);
        required("finishedAt", finishedAt);
        required("remediator", remediator);
    }

    /** How a request ended. Only {@link #RECREATED} is success. */
    public enum Outcome {
        /** A replacement is there, and it has the injection. */
        @JsonProperty("recreated")
        RECREATED,
        /** A replacement is there, and it was missed as well. */
        @JsonProperty("missed-again")
        MISSED_AGAIN,
        /** The Pod was evicted, but no replacement was seen in time. */
        @JsonProperty("not-replaced")
        NOT_REPLACED,
        /** The Pod was gone, or another one had its name, before anything was done. */
        @JsonProperty("gone")
        GONE,
        /** It was not allowed: a disruption budget, a missing right, a Pod that must not be touched. */
        @JsonProperty("refused")
        REFUSED,
        /** The request was too old. */
        @JsonProperty("expired")
        EXPIRED,
        /** Dry run: it would have been done. */
        @JsonProperty("planned")
        PLANNED,
        /** It could not be done for a technical reason. */
        @JsonProperty("failed")
        FAILED
    }

    @Override
    public EventType type() {
        return EventType.RECREATION_RESULT;
    }

    @Override
    public String id() {
        return requestId;
    }

    @Override
    public String subject() {
        return pod.namespace() + "/" + pod.name();
    }

    @Override
    public Instant time() {
        return finishedAt;
    }
}
