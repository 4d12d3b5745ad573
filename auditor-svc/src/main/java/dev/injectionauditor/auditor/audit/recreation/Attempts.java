package dev.injectionauditor.auditor.audit.recreation;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How an owner has fared since a Pod of it last had the injection.
 *
 * @param failures attempts in a row whose replacement did not come or did not have the injection
 * @param tries those and the requests that were refused, expired or never answered
 * @param lastEnd when the last of these tries ended; null if there was none
 */
record Attempts(int failures, int tries, @Nullable Instant lastEnd) {

    private static final int MOST_DOUBLINGS = 6;

    /**
     * Counts.
     *
     * @param ofOwner its requests, oldest first; dry runs count for nothing
     * @param lastInjected when its newest Pod with the injection was created, null if none is known: a success, whoever
     *     made it
     */
    static Attempts of(List<PastRecreation> ofOwner, @Nullable Instant lastInjected, Instant now) {
        int failures = 0;
        int tries = 0;
        Instant lastEnd = null;
        for (PastRecreation past : ofOwner) {
            boolean forgiven = lastInjected != null && past.endedAt().isBefore(lastInjected);
            if (past.dryRun() || past.isUnderWay(now) || forgiven) {
                continue;
            }
            switch (past.outcome()) {
                case RECREATED -> {
                    failures = 0;
                    tries = 0;
                    lastEnd = null;
                }
                case MISSED_AGAIN, NOT_REPLACED, FAILED -> {
                    failures++;
                    tries++;
                    lastEnd = past.endedAt();
                }
                case REFUSED, EXPIRED -> {
                    tries++;
                    lastEnd = past.endedAt();
                }
                case GONE, PLANNED -> {}
                case null -> {
                    tries++;
                    lastEnd = past.endedAt();
                }
            }
        }
        return new Attempts(failures, tries, lastEnd);
    }

    /** The dry runs for a Pod that nobody answered while they could be executed, as nobody was there to do it. */
    static Attempts unreported(List<PastRecreation> ofOwner, UUID pod, Instant now) {
        List<Instant> ends = ofOwner.stream()
                .filter(past -> past.isDryRunFor(pod) && !past.isReported(now))
                .map(PastRecreation::endedAt)
                .toList();
        return new Attempts(0, ends.size(), ends.isEmpty() ? null : ends.getLast());
    }

    /** When the next attempt may be made at the earliest. */
    Instant notBefore(Duration backoff) {
        return lastEnd == null
                ? Instant.EPOCH
                : lastEnd.plus(backoff.multipliedBy(1L << Math.min(tries - 1, MOST_DOUBLINGS)));
    }
}
