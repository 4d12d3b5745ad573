package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.REMEDIATION_JOURNAL;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.inline;

import dev.injectionauditor.auditor.policy.Clocks;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;

/**
 * What speaks against any recreation for a webhook, or in its cluster, now and was not known when the request was
 * decided. A request may have waited for minutes; a wave has to stop at once.
 */
final class Brakes {

    /** Longer than where requests are decided, so that none has to wait that has just been made. */
    private static final Duration LONGEST_SILENCE = Duration.ofMinutes(2);

    private static final Duration LATELY = Duration.ofMinutes(10);
    private static final int MOST_NOT_REPLACED = 3;

    private final DSLContext db;
    private final Duration tolerance;

    /** @param backoff after an attempt that did not help, the shortest pause before the next request of its owner */
    Brakes(DSLContext db, Duration backoff) {
        this.db = db;
        // Less than the pause: a request that was made because of a result is not one that did not know it.
        Duration half = backoff.dividedBy(2);
        this.tolerance = half.compareTo(Clocks.DIFFERENCE) < 0 ? half : Clocks.DIFFERENCE;
    }

    /**
     * Whether somebody has watched the Pods until lately. If not, nobody knows of an outage: none may be told of below
     * although there is one. That can be over in a moment, so it is for waiting, not for refusing.
     */
    boolean isWatched(Entry entry, Instant now) {
        return db.fetchExists(db.selectOne()
                .from(WATCHED_SPAN)
                .join(WATCHED_WEBHOOK)
                .on(WATCHED_SPAN.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                .where(isOf(entry))
                .and(WATCHED_SPAN.UNTIL_AT.between(now.minus(LONGEST_SILENCE), Clocks.latest(now))));
    }

    /** Why not to evict for this request now; empty if nothing is known. */
    Optional<RecreationReason> against(Entry entry, Instant now) {
        if (db.fetchExists(db.selectOne()
                .from(OUTAGE)
                .join(WATCHED_WEBHOOK)
                .on(OUTAGE.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                .where(isOf(entry))
                .and(OUTAGE.ENDED_BEFORE.isNull()))) {
            return Optional.of(RecreationReason.OUTAGE_OPEN);
        }
        return wasMissedAgain(entry, now) || areReplacementsMissing(entry, now)
                ? Optional.of(RecreationReason.BREAKER_OPEN)
                : Optional.empty();
    }

    private static Condition isOf(Entry entry) {
        return WATCHED_WEBHOOK
                .CLUSTER
                .eq(entry.source().cluster())
                .and(WATCHED_WEBHOOK.WEBHOOK.eq(entry.source().webhook()));
    }

    /**
     * A result that was perhaps there before the request counts as well: when they were made is told by two clocks. If
     * it was known, a new request comes after a pause.
     */
    private boolean wasMissedAgain(Entry entry, Instant now) {
        return db.fetchExists(
                REMEDIATION_JOURNAL,
                ended(entry, Outcome.MISSED_AGAIN, entry.request().requestedAt().minus(tolerance), now)
                        .and(REMEDIATION_JOURNAL.WEBHOOK.eq(entry.source().webhook())));
    }

    /** Controllers that replace nothing: they are away, or a quota or a policy keeps new Pods out. */
    private boolean areReplacementsMissing(Entry entry, Instant now) {
        return db.fetchCount(
                        REMEDIATION_JOURNAL,
                        ended(entry, Outcome.NOT_REPLACED, now.minus(LATELY), now)
                                // Of a bare Pod it says that the namespace is gone.
                                .and(REMEDIATION_JOURNAL.OWNER_UID.ne(REMEDIATION_JOURNAL.POD_UID)))
                >= MOST_NOT_REPLACED;
    }

    /**
     * What ended so in the cluster since then. If the end was told by a clock that is far ahead, when it was requested
     * has to do.
     */
    private static Condition ended(Entry entry, Outcome outcome, Instant since, Instant now) {
        Instant latest = Clocks.latest(now);
        return REMEDIATION_JOURNAL
                .CLUSTER
                .eq(entry.source().cluster())
                .and(REMEDIATION_JOURNAL.OUTCOME.eq(inline(outcome)))
                .and(REMEDIATION_JOURNAL.FINISHED_AT.ge(since))
                .and(REMEDIATION_JOURNAL
                        .FINISHED_AT
                        .le(latest)
                        .or(REMEDIATION_JOURNAL.REQUESTED_AT.between(since, latest)));
    }
}
