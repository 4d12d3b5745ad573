package dev.injectionauditor.auditor.audit;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A span in which calls were not applied (design, section 5).
 *
 * @param first ref of the first not-applied evidence, which gives the window its identity
 * @param startedAfter last applied evidence before it, exclusive; null if there is none
 * @param startedBy first not-applied evidence
 * @param endedAfter last not-applied evidence
 * @param endedBefore applied evidence that closed it, null while it is open
 * @param missed not-applied evidence of Pods that lack the mutation
 * @param preset not-applied evidence of Pods that need none
 * @param applied applied evidence between first and last not-applied
 */
record OutageWindow(
        UUID first,
        @Nullable Instant startedAfter,
        Instant startedBy,
        Instant endedAfter,
        @Nullable Instant endedBefore,
        long missed,
        long preset,
        long applied) {}
