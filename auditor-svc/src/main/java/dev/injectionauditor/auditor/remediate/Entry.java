package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request in the journal, and how far it has come.
 *
 * @param source the webhook that the Pod was missed by
 * @param before uids of the owner's Pods before the eviction; empty before that, and for a bare Pod
 * @param stamp stamp of the Pod, which was not its own; null if it had none
 * @param spec a bare Pod as it is to be created again, as JSON; null for others and before the eviction
 * @param evictedAt when the eviction was sent, and then when it was known, by this process's clock; null before that
 * @param result what is to be answered; null before that is known
 */
record Entry(
        WatchedWebhook source,
        RecreationRequest request,
        Step step,
        Set<UUID> before,
        @Nullable UUID stamp,
        @Nullable String spec,
        @Nullable Instant evictedAt,
        @Nullable RecreationResult result) {

    /** How far a request has come. Each is written before it is begun. */
    enum Step {
        /** Nothing was done. */
        ACCEPTED,
        /** An eviction may have been sent; its answer is not known. */
        EVICTING,
        /** The Pod goes or is gone. */
        EVICTED,
        /** The result is known, and perhaps sent. */
        ANSWERED,
        /** The result was sent. */
        DONE
    }

    static Entry accepted(CloudEvent event, RecreationRequest request) {
        return new Entry(event.source(), request, Step.ACCEPTED, Set.of(), null, null, null, null);
    }

    /** Whose Pods are recreated one after the other: the controller, or the bare Pod itself. */
    UUID owner() {
        return request.owner() == null ? request.pod().uid() : request.owner().uid();
    }

    Entry evicting(Set<UUID> ownersPods, @Nullable UUID podsStamp, @Nullable String bareSpec, Instant now) {
        return new Entry(source, request, Step.EVICTING, ownersPods, podsStamp, bareSpec, now, null);
    }

    Entry notEvicted() {
        return new Entry(source, request, Step.ACCEPTED, Set.of(), null, null, null, null);
    }

    Entry evicted(Instant now) {
        return new Entry(source, request, Step.EVICTED, before, stamp, spec, now, null);
    }

    Entry answered(RecreationResult known) {
        return new Entry(source, request, Step.ANSWERED, before, stamp, null, evictedAt, known);
    }

    Entry done() {
        return new Entry(source, request, Step.DONE, before, stamp, null, evictedAt, result);
    }
}
