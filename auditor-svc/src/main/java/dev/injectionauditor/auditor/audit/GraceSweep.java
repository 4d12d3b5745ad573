package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.SWEEP;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jooq.DSLContext;

/**
 * Flags what the other half has not come of within the grace period: Pods with a stamp whose admission event is
 * missing, and admission events of which no Pod carries the stamp. Every row is looked at once, when its time has come.
 * The flag goes when the other half comes.
 */
final class GraceSweep implements Loop.Work {

    // Members of the group may have clocks that differ; what is looked at twice is counted once.
    private static final Duration OVERLAP = Duration.ofMinutes(1);

    private final DSLContext db;
    private final Duration grace;
    private final AuditMetrics metrics;
    private final InstantSource clock;

    /** @param grace how long the other half may take to come */
    GraceSweep(DSLContext db, Duration grace, AuditMetrics metrics, InstantSource clock) {
        this.db = db;
        this.grace = grace;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** What a sweep has flagged. */
    record Flagged(int unconfirmed, int orphaned) {}

    @Override
    public boolean runOnce() {
        for (Integer webhook :
                db.select(WATCHED_WEBHOOK.WEBHOOK_ID).from(WATCHED_WEBHOOK).fetch(WATCHED_WEBHOOK.WEBHOOK_ID)) {
            metrics.flagged(db.transactionResult(transaction -> sweep(transaction.dsl(), webhook)));
        }
        return false;
    }

    private Flagged sweep(DSLContext tx, int webhook) {
        // No other half comes in while this looks for it.
        WebhookTable.lock(tx, webhook);
        Instant until = clock.instant().minus(grace);
        Instant from = tx.select(SWEEP.UNTIL_AT)
                .from(SWEEP)
                .where(SWEEP.WEBHOOK_ID.eq(webhook))
                .fetchOptional(SWEEP.UNTIL_AT)
                .map(last -> last.minus(OVERLAP))
                .orElse(Instant.EPOCH);
        tx.insertInto(SWEEP)
                .values(webhook, until)
                .onConflict(SWEEP.WEBHOOK_ID)
                .doUpdate()
                .setAllToExcluded()
                .execute();
        return new Flagged(unconfirmed(tx, webhook, from, until), orphaned(tx, webhook, from, until));
    }

    private static int unconfirmed(DSLContext tx, int webhook, Instant from, Instant until) {
        return tx.update(POD)
                .set(POD.UNCONFIRMED, true)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(POD.STORED_AT.gt(from))
                .and(POD.STORED_AT.le(until))
                .and(POD.VERDICT.in(Verdict.INJECTED, Verdict.INCOMPLETE))
                .and(POD.UNCONFIRMED.isFalse())
                .and(notExists(selectOne()
                        .from(ADMISSION)
                        .where(ADMISSION.WEBHOOK_ID.eq(webhook))
                        .and(ADMISSION.REQUEST_UID.eq(POD.STAMP))))
                .execute();
    }

    private static int orphaned(DSLContext tx, int webhook, Instant from, Instant until) {
        return tx.update(ADMISSION)
                .set(ADMISSION.ORPHANED, true)
                .where(ADMISSION.WEBHOOK_ID.eq(webhook))
                .and(ADMISSION.STORED_AT.gt(from))
                .and(ADMISSION.STORED_AT.le(until))
                .and(ADMISSION.ORPHANED.isFalse())
                .and(notExists(selectOne()
                        .from(POD)
                        .where(POD.WEBHOOK_ID.eq(webhook))
                        .and(POD.STAMP.eq(ADMISSION.REQUEST_UID))))
                .execute();
    }
}
