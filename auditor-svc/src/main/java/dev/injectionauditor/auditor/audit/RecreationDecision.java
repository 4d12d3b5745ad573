package dev.injectionauditor.auditor.audit;

import java.time.Instant;

/** Whether to have a missed Pod recreated. */
sealed interface RecreationDecision {

    /**
     * Request it.
     *
     * @param attempt how many Pods of the owner have been tried in a row, this one included
     * @param dryRun only report what would be done
     */
    record Request(int attempt, boolean dryRun) implements RecreationDecision {}

    /**
     * Not now.
     *
     * @param until when to look again at the earliest
     */
    record Wait(Instant until, WaitReason reason) implements RecreationDecision {}

    /** Not at all. */
    record Never(NeverReason reason) implements RecreationDecision {}

    /** Why to wait. */
    enum WaitReason {
        /** The webhook is not being applied: a replacement would be missed as well. */
        OUTAGE_OPEN,
        /** It has been applied again, but not for long enough to trust it. */
        OUTAGE_NOT_SETTLED,
        /** Another Pod of the same owner is being recreated. */
        OWNER_BUSY,
        /** The last attempt for this owner failed a short while ago. */
        BACKOFF,
        /** Enough has been requested within the last minute. */
        RATE_LIMIT
    }

    /** Why not at all. */
    enum NeverReason {
        /** Recreation is not switched on. */
        OFF,
        /** The Pod is finished, being deleted or gone. */
        NOT_ACTIVE,
        /** Nothing would replace it. */
        BARE_POD,
        /** Of a kind whose Pods are not recreated: DaemonSet, Job. */
        OWNER_KIND,
        /** In a namespace of the system. */
        SYSTEM_NAMESPACE,
        /** Enough Pods of this owner have been tried. */
        ATTEMPTS_EXHAUSTED,
        /** Dry run: it has been reported. */
        PLANNED
    }
}
