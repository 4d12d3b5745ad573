package dev.injectionauditor.schema;

import static dev.injectionauditor.schema.Required.notNegative;
import static dev.injectionauditor.schema.Required.required;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The webhook answered an admission call with a patch. Proof that it was called, not that the patch was applied: the
 * API server may have given up waiting, or may reject the Pod afterwards.
 *
 * @param requestUid {@code request.uid} of the AdmissionReview, fresh for each call; the patch writes it into the Pod
 *     as the stamp
 * @param namespace namespace of the Pod to be
 * @param name name of the Pod, null while it is still to be generated
 * @param generateName prefix that the API server will make the name from, null if there is none
 * @param owner controller of the Pod, null for a bare Pod
 * @param containers number of containers and init containers, at least 0
 * @param patched number of those that got the variable from this call, 0 to {@code containers}
 * @param answeredAt when the answer was ready, by the webhook's clock
 * @param replica which replica of the webhook answered
 */
public record Admission(
        UUID requestUid,
        String namespace,
        @Nullable String name,
        @Nullable String generateName,
        @Nullable OwnerRef owner,
        @JsonProperty(required = true) int containers,
        @JsonProperty(required = true) int patched,
        Instant answeredAt,
        String replica)
        implements Event {

    /** @throws IllegalArgumentException if a field is missing or a number out of its range */
    public Admission {
        required("requestUid", requestUid);
        required("namespace", namespace);
        required("answeredAt", answeredAt);
        required("replica", replica);
        notNegative("containers", containers);
        notNegative("patched", patched);
        if (patched > containers) {
            throw new IllegalArgumentException("patched is more than containers");
        }
    }

    @Override
    public EventType type() {
        return EventType.ADMISSION;
    }

    @Override
    public String id() {
        return requestUid.toString();
    }

    @Override
    public String subject() {
        return namespace + "/" + (name != null ? name : generateName != null ? generateName : "");
    }

    @Override
    public Instant time() {
        return answeredAt;
    }
}
