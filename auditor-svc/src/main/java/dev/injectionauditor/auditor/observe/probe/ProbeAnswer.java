package dev.injectionauditor.auditor.observe.probe;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Status;
import io.fabric8.kubernetes.client.KubernetesClientException;
import org.jspecify.annotations.Nullable;

/** What the API server answered to a dry-run creation. */
sealed interface ProbeAnswer {

    /** The least HTTP status. */
    int LEAST_CODE = 100;

    /**
     * It would have created this Pod.
     *
     * @param version of the cluster right after; null if not known
     */
    record Created(Pod pod, @Nullable String version) implements ProbeAnswer {}

    /**
     * It would not have created the Pod.
     *
     * @param code HTTP status
     * @param reason reason in the Status, null if it names none
     */
    record Refused(int code, @Nullable String reason) implements ProbeAnswer {}

    /** There was no answer. */
    record None() implements ProbeAnswer {}

    /** What a failed call of the client means. */
    static ProbeAnswer of(KubernetesClientException failure) {
        Status status = failure.getStatus();
        // The client gives a code that is none of HTTP's to a failure of the connection.
        return failure.getCode() < LEAST_CODE
                ? new None()
                : new Refused(failure.getCode(), status == null ? null : status.getReason());
    }
}
