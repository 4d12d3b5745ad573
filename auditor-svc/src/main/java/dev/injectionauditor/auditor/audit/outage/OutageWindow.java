package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A span in which calls were not applied (design, section 5).
 *
 * @param id identity, made from its first not-applied evidence
 * @param startedAfter last applied evidence before it, exclusive; null if there is none
 * @param startedBy first not-applied evidence
 * @param endedAfter last not-applied evidence
 * @param endedBefore applied evidence that closed it, null while it is open
 * @param calls the calls between first and last not-applied, both included
 */
record OutageWindow(
        UUID id,
        @Nullable Instant startedAfter,
        Instant startedBy,
        Instant endedAfter,
        @Nullable Instant endedBefore,
        Calls calls) {

    /** Whether not-applied evidence of this time is part of it. */
    boolean covers(Instant notApplied) {
        return !notApplied.isBefore(startedBy) && !notApplied.isAfter(endedAfter);
    }

    /** Whether applied evidence of this time can change it. */
    boolean isTouchedByApplied(Instant applied) {
        return (startedAfter == null || !applied.isBefore(startedAfter))
                && (endedBefore == null || !applied.isAfter(endedBefore));
    }
}
