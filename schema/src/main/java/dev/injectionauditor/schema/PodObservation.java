package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.notNegative;
import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the API server has stored of a Pod, as far as a verdict needs it. No env values, commands or annotations: they
 * can hold secrets.
 *
 * @param pod the Pod
 * @param resourceVersion version of the Pod that was seen, an opaque decimal number that grows (KEP-5504)
 * @param createdAt {@code metadata.creationTimestamp}: the API server's clock, whole seconds
 * @param owner controller of the Pod, null for a bare Pod
 * @param stamp the annotation {@code injection-auditor.dev/admission}, null if absent or not a uid
 * @param containers number of containers and init containers, at least 0
 * @param lacking names of those that do not set the variable
 * @param byPolicy whether a MutatingAdmissionPolicy says to have set it: the annotation
 *     {@code injection-auditor.dev/policy}; false in records that lack it
 * @param scope whether the webhook was to be called for it
 * @param lifecycle where the Pod is in its life
 * @param recreation what the Pod says about being recreated; {@link RecreationTraits#NONE} in records that lack it
 * @param observedAt when it was seen, by the observer's clock
 */
public record PodObservation(
        PodRef pod,
        String resourceVersion,
        Instant createdAt,
        @Nullable OwnerRef owner,
        @Nullable UUID stamp,
        @JsonProperty(required = true) int containers,
        List<String> lacking,
        boolean byPolicy,
        Scope scope,
        Lifecycle lifecycle,
        RecreationTraits recreation,
        Instant observedAt)
        implements Event {

    /** A Pod that no policy says to have changed. */
    public PodObservation(
            PodRef pod,
            String resourceVersion,
            Instant createdAt,
            @Nullable OwnerRef owner,
            @Nullable UUID stamp,
            int containers,
            List<String> lacking,
            Scope scope,
            Lifecycle lifecycle,
            RecreationTraits recreation,
            Instant observedAt) {
        this(
                pod,
                resourceVersion,
                createdAt,
                owner,
                stamp,
                containers,
                lacking,
                false,
                scope,
                lifecycle,
                recreation,
                observedAt);
    }

    /** @throws IllegalArgumentException if a field is missing or a number out of its range */
    public PodObservation {
        required("pod", pod);
        required("resourceVersion", resourceVersion);
        required("createdAt", createdAt);
        required("lacking", lacking);
        required("scope", scope);
        required("lifecycle", lifecycle);
        required("observedAt", observedAt);
        notNegative("containers", containers);
        lacking = List.copyOf(lacking);
        recreation = recreation == null ? RecreationTraits.NONE : recreation;
        if (lacking.size() > containers) {
            throw new IllegalArgumentException("lacking has more names than there are containers");
        }
    }

    /** Where a Pod is in its life. */
    public enum Lifecycle {
        /** Pending or running. */
        @JsonProperty("active")
        ACTIVE,
        /** Succeeded or failed; it will not run again. */
        @JsonProperty("finished")
        FINISHED,
        /** It has a deletionTimestamp. */
        @JsonProperty("terminating")
        TERMINATING,
        /** It was deleted. */
        @JsonProperty("gone")
        GONE
    }

    @Override
    public EventType type() {
        return EventType.POD;
    }

    @Override
    public String id() {
        return pod.uid() + "/" + resourceVersion + "/" + lifecycle.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String subject() {
        return pod.namespace() + "/" + pod.name();
    }

    @Override
    public Instant time() {
        return observedAt;
    }
}
