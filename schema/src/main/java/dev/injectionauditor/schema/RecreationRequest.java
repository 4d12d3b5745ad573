package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A missed Pod is to be recreated, by evicting it and letting its controller replace it. Whoever executes it answers
 * with a {@link RecreationResult}; executing it twice recreates once, because the Pod's uid is a precondition.
 *
 * @param requestId deterministic identity of the request
 * @param pod the Pod to be replaced
 * @param owner its controller, null for a bare Pod
 * @param attempt how many Pods of this owner have been tried in a row, from 1
 * @param dryRun true: report what would be done, do nothing
 * @param requestedAt when it was decided, by the auditor's clock
 * @param expiresAt from then on it must not be executed
 */
public record RecreationRequest(
        String requestId,
        PodRef pod,
        @Nullable OwnerRef owner,
        @JsonProperty(required = true) int attempt,
        @JsonProperty(required = true) boolean dryRun,
        Instant requestedAt,
        Instant expiresAt)
        implements Event {

    /** @throws IllegalArgumentException if a field is missing or the attempt is not positive */
    public RecreationRequest {
        required("requestId", requestId);
        required("pod", pod);
        required("requestedAt", requestedAt);
        required("expiresAt", expiresAt);
        if (attempt < 1) {
            throw new IllegalArgumentException("attempt is not positive");
        }
    }

    /**
     * The identity of a request to recreate a Pod.
     *
     * @param ordinal how many requests there have been for this Pod, this one included
     */
    public static String requestId(PodRef pod, int ordinal) {
        return pod.uid() + "/" + ordinal;
    }

    @Override
    public EventType type() {
        return EventType.RECREATION_REQUEST;
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
        return requestedAt;
    }
}
