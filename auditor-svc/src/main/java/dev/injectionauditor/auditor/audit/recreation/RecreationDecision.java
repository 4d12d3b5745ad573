package dev.injectionauditor.auditor.audit.recreation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a missed Pod that is pending or running. Every reason is a value of the enum {@code decision_reason}
 * in the database.
 */
sealed interface RecreationDecision {

    /**
     * Request it now.
     *
     * @param attempt which attempt in a row this is for the owner, from 1
     * @param dryRun only report what would be done
     */
    record Recreate(int attempt, boolean dryRun) implements RecreationDecision {}

    /**
     * Not now.
     *
     * @param until when to decide again at the earliest; null if that depends on what happens
     */
    record Wait(WaitReason reason, @Nullable Instant until) implements RecreationDecision {}

    /** Not while things are as they are. */
    record Never(NeverReason reason) implements RecreationDecision {}

    /** Why to wait. */
    enum WaitReason {
        /** The webhook is not being applied: a replacement would be missed as well. */
        OUTAGE_OPEN,
        /** It has been applied again, but not for long enough to trust it. */
        OUTAGE_NOT_SETTLED,
        /** No observer has been heard of lately, so an outage would not be noticed. */
        NOT_WATCHED,
        /** A replacement was missed again, and no call was applied since. */
        BREAKER_OPEN,
        /** Another recreation is under way that is to show whether replacements are injected again. */
        BREAKER_TRIAL,
        /** Its recreation is requested. */
        UNDER_WAY,
        /** A result says that it is gone, and its end has not been observed yet. */
        END_NOT_SEEN,
        /** Another Pod of the same owner is being recreated. */
        OWNER_BUSY,
        /** The replacement of another Pod of its StatefulSet has not been observed yet. */
        REPLACEMENT_NOT_SEEN,
        /** The last attempt for this owner did not help, a short while ago. */
        BACKOFF,
        /** It was created a short while ago. */
        TOO_YOUNG,
        /** Enough was requested for the cluster within the last minute. */
        CLUSTER_LIMIT,
        /** Enough was requested for the namespace within the last minute. */
        NAMESPACE_LIMIT
    }

    /** Why not at all. */
    enum NeverReason {
        /** Recreation is not switched on for it. */
        OFF,
        /** Its annotation forbids it. */
        EXEMPT,
        /** It has no controller, and bare Pods are not allowed. */
        BARE_POD,
        /** It is of a DaemonSet, and those are not allowed. */
        DAEMON_SET,
        /** It is of a Job, and those are not allowed. */
        JOB,
        /** Its controller is not known to replace Pods, and such are not allowed. */
        OTHER_OWNER,
        /** It is critical for the system, and such are not allowed. */
        SYSTEM_CRITICAL,
        /** Dry run: it has been reported. */
        PLANNED,
        /** As many attempts in a row have failed for its owner as are allowed. */
        ATTEMPTS_EXHAUSTED
    }
}
