package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A request of the past.
 *
 * @param outcome null while no result has come
 * @param finishedAt when it ended; null while no result has come
 * @param replacementSeen whether the Pod that took its place has been observed
 */
record PastRecreation(
        UUID pod,
        boolean dryRun,
        Instant requestedAt,
        Instant expiresAt,
        @Nullable Outcome outcome,
        @Nullable Instant finishedAt,
        boolean replacementSeen) {

    /** What a remediator that began in the last moment may take to answer: it waits for a replacement. */
    static final Duration ANSWER_GRACE = Duration.ofMinutes(2);

    /** Whether it may still be executed, or its result be on its way. */
    boolean isUnderWay(Instant now) {
        return outcome == null && givenUpAt().isAfter(now);
    }

    /** From when on nobody waits for a result any more. */
    Instant givenUpAt() {
        return expiresAt.plus(ANSWER_GRACE);
    }

    /** When it ended; without a result, when it was given up. */
    Instant endedAt() {
        return finishedAt == null ? givenUpAt() : finishedAt;
    }

    boolean isDryRunFor(UUID other) {
        return dryRun && pod.equals(other);
    }

    /** As a dry run: whether somebody has told what would be done, or why nothing would, or may still do so. */
    boolean isReported(Instant now) {
        return isUnderWay(now) || (outcome != null && outcome != Outcome.EXPIRED);
    }

    /** Whether its result says that the Pod is gone. A failed one may have left it, so it does not say so. */
    boolean hasEndedThePod() {
        return switch (outcome) {
            case RECREATED, MISSED_AGAIN, NOT_REPLACED, GONE -> !dryRun;
            case REFUSED, EXPIRED, PLANNED, FAILED -> false;
            case null -> false;
        };
    }
}
