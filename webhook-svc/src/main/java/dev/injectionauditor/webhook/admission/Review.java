package dev.injectionauditor.webhook.admission;

import org.jspecify.annotations.Nullable;

/**
 * The parts of an AdmissionReview's request that the webhook needs, as they were sent.
 *
 * @param uid {@code request.uid}, null if absent
 * @param kind {@code request.kind}, null if absent
 * @param resource {@code request.resource}, null if absent
 * @param subResource {@code request.subResource}, null if absent or empty
 * @param operation {@code request.operation}, null if absent
 * @param namespace {@code request.namespace}, null if absent
 * @param name {@code request.name}, null if absent or empty
 * @param dryRun {@code request.dryRun}, false if absent
 * @param pod {@code request.object} read as a Pod, null if it is absent or not shaped like one
 * @param podProblem why {@code pod} is null
 */
record Review(
        @Nullable String uid,
        @Nullable Type kind,
        @Nullable Type resource,
        @Nullable String subResource,
        @Nullable String operation,
        @Nullable String namespace,
        @Nullable String name,
        boolean dryRun,
        @Nullable Pod pod,
        @Nullable String podProblem) {

    /**
     * A GroupVersionKind or GroupVersionResource.
     *
     * @param group empty for the core group
     * @param name the kind or the resource
     */
    record Type(String group, String version, String name) {}
}
