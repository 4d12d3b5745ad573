package dev.injectionauditor.auditor.observe.probe;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a probe tells about the webhook. */
sealed interface ProbeReading {

    /**
     * The webhook was applied to the probe, or was not.
     *
     * @param at creationTimestamp of the Pod: the API server's clock
     * @param version of the cluster right after; null if not known
     */
    record Evidence(Instant at, boolean applied, @Nullable String version) implements ProbeReading {}

    /** The probe says nothing about the webhook. */
    record NoEvidence(Why why) implements ProbeReading {}

    /** Why a probe says nothing. */
    enum Why {
        /** No configuration has the webhook. */
        NO_CONFIGURATION,
        /** The webhook does not say that it has no side effects on dry run, so the API server does not call it. */
        SIDE_EFFECTS,
        /** The webhook is not to be called for the probe Pod. */
        OUT_OF_SCOPE,
        /** It is not known whether the webhook is to be called for the probe Pod. */
        UNDECIDABLE,
        /** The configuration is too new for API servers to be sure to know it, or changed meanwhile. */
        CONFIGURATION_CHANGED,
        /** The namespace of the probe does not exist. */
        NO_NAMESPACE,
        /** Not permitted, or refused by a quota, a policy or another webhook. */
        REFUSED,
        /** The API server gave no answer, or has a fault of its own. */
        UNREACHABLE,
        /** The API server stored the Pod in spite of the dry run. */
        STORED
    }
}
