package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.SWEEP;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.auditor.audit.sql.EachWebhook;
import dev.injectionauditor.auditor.audit.sql.WebhookTable;
import dev.injectionauditor.auditor.audit.verdict.Half;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jooq.DSLContext;

/**
 * Flags what the other half has not come of within the grace period: Pods with a stamp whose admission event is
 * missing, and admission events of which no Pod carries the stamp. Every row is looked at once, when its time has come,
 * provided that the transaction that stores it does not take as long as the grace period. The flag goes when the other
 * half comes.
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
        Instant until = clock.instant().minus(grace);
        Instant from = sweptUntil();
        // All webhooks together and without a lock, because nearly all rows have their other half.
        Map<Integer, List<UUID>> pods = Half.PODS.alone(db, from, until);
        Map<Integer, List<UUID>> admissions = Half.CALLS.alone(db, from, until);
        Set<Integer> webhooks = new TreeSet<>(pods.keySet());
        webhooks.addAll(admissions.keySet());
        // After a failure all are looked at again; what is flagged already is not counted again.
        EachWebhook.alone(
                webhooks,
                webhook -> metrics.flagged(db.transactionResult(transaction -> flag(
                        transaction.dsl(),
                        webhook,
                        pods.getOrDefault(webhook, List.of()),
                        admissions.getOrDefault(webhook, List.of()),
                        until))));
        sweptUntil(until);
        return false;
    }

    private static Flagged flag(DSLContext tx, int webhook, List<UUID> pods, List<UUID> admissions, Instant until) {
        // No other half comes in while this looks for it.
        WebhookTable.lock(tx, webhook);
        return new Flagged(Half.PODS.flag(tx, webhook, pods, until), Half.CALLS.flag(tx, webhook, admissions, until));
    }

    private Instant sweptUntil() {
        Instant last = db.select(min(SWEEP.UNTIL_AT)).from(SWEEP).fetchSingle().value1();
        return last == null ? Instant.EPOCH : last.minus(OVERLAP);
    }

    private void sweptUntil(Instant until) {
        db.insertInto(SWEEP, SWEEP.WEBHOOK_ID, SWEEP.UNTIL_AT)
                .select(select(WATCHED_WEBHOOK.WEBHOOK_ID, val(until))
                        .from(WATCHED_WEBHOOK)
                        .orderBy(WATCHED_WEBHOOK.WEBHOOK_ID))
                .onConflict(SWEEP.WEBHOOK_ID)
                .doUpdate()
                .setAllToExcluded()
                .execute();
    }
}
