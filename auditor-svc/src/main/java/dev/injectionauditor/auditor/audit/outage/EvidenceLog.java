package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The evidence of one webhook, in order. Each question has a short answer, however long the history is. */
interface EvidenceLog {

    /** Makes the changes. */
    void write(Collection<EvidenceChange> changes);

    /** All evidence from one time to another, both inclusive, in order. */
    List<Evidence> between(Instant from, Instant until);

    /** Whether there are at most so many from one time to another, both inclusive. */
    boolean hasAtMost(int count, Instant from, Instant until);

    /** The last call that was not applied before this time. */
    Optional<Evidence> lastNotAppliedBefore(Instant time);

    /** The first call that was not applied after this time. */
    Optional<Evidence> firstNotAppliedAfter(Instant time);

    /** The last applied call before this time. */
    Optional<Evidence> lastAppliedBefore(Instant time);

    /** The first applied call after this time. */
    Optional<Evidence> firstAppliedAfter(Instant time);

    /** The first applied call that comes after this one in the order of evidence. */
    Optional<Evidence> firstAppliedAfter(Evidence evidence);

    /**
     * Counts the calls after this one up to the last one that was not applied until a time, which may be many.
     *
     * @param until inclusive
     */
    Calls countAfter(Evidence evidence, Instant until);
}
