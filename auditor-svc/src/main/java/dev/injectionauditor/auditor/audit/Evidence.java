package dev.injectionauditor.auditor.audit;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;

/**
 * One call of the webhook that was applied or not, as the API server's clock places it.
 *
 * @param at when
 * @param resourceVersion breaks ties between equal times
 * @param ref what it is from: the uid of a Pod
 * @param kind whether the call was applied
 */
record Evidence(Instant at, long resourceVersion, UUID ref, Kind kind) implements Comparable<Evidence> {

    private static final Comparator<Evidence> ORDER = Comparator.comparing(Evidence::at)
            .thenComparingLong(Evidence::resourceVersion)
            .thenComparing(Evidence::ref);

    /** Whether a call was applied. */
    enum Kind {
        /** The webhook was applied. */
        APPLIED,
        /** It was not, and the Pod lacks the mutation. */
        MISSED,
        /** It was not, but the Pod needs no mutation. */
        PRESET
    }

    boolean applied() {
        return kind == Kind.APPLIED;
    }

    @Override
    public int compareTo(Evidence other) {
        return ORDER.compare(this, other);
    }
}
