package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A Pod was created without the mutation. Sent once when it is found, and again if later evidence changes the cause or
 * takes the finding back.
 *
 * @param status whether the finding stands
 * @param pod the Pod
 * @param createdAt its creationTimestamp: the API server's clock, whole seconds
 * @param owner its controller, null for a bare Pod
 * @param cause why the call was missed
 * @param lacking names of the containers and init containers without the variable
 */
public record MissedInjection(
        Status status,
        PodRef pod,
        Instant createdAt,
        @Nullable OwnerRef owner,
        Cause cause,
        List<String> lacking) implements Event {

    /** @throws IllegalArgumentException if a field is missing */
    public MissedInjection {
        required("status", status);
        required("pod", pod);
        required("createdAt", createdAt);
        required("cause", cause);
        required("lacking", lacking);
        lacking = List.copyOf(lacking);
    }

    /** Whether the finding stands. */
    public enum Status {
        /** The Pod was missed. */
        @JsonProperty("found")
        FOUND,
        /** Later evidence showed that it was not. */
        @JsonProperty("withdrawn")
        WITHDRAWN
    }

    @Override
    public EventType type() {
        return EventType.MISSED;
    }

    @Override
    public String id() {
        return pod.uid() + "/" + (status + "/" + cause).toLowerCase(Locale.ROOT);
    }

    @Override
    public String subject() {
        return pod.namespace() + "/" + pod.name();
    }

    @Override
    public Instant time() {
        return createdAt;
    }
}
