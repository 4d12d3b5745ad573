package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.auditor.policy.Clocks;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants to be called for, of one webhook in one cluster.
 *
 * @param openOutages 1 while an outage is open, else 0
 * @param missedPods Pods that are pending or running without the injection
 * @param watchedUntil until when the Pods are known to have been watched; null if never
 */
record HistoryState(
        String cluster,
        String webhook,
        long openOutages,
        long missedPods,
        @Nullable Instant watchedUntil) {

    /** The state of every webhook. */
    static List<HistoryState> all(DSLContext db, Instant now) {
        return db.select(
                        WATCHED_WEBHOOK.CLUSTER,
                        WATCHED_WEBHOOK.WEBHOOK,
                        field(selectCount()
                                .from(OUTAGE)
                                .where(OUTAGE.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                                .and(OUTAGE.ENDED_BEFORE.isNull())),
                        field(selectCount()
                                .from(POD)
                                .where(POD.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                                .and(PodTable.MISSED_AND_ACTIVE)),
                        // A time that is far ahead would speak for the observer until it has come, whether there is
                        // one or not. A span of which only the end is beyond was watched at its begin at least.
                        greatest(
                                latest(WATCHED_SPAN.UNTIL_AT, Clocks.latest(now)),
                                latest(WATCHED_SPAN.FROM_AT, Clocks.latest(now))))
                .from(WATCHED_WEBHOOK)
                .fetch(row -> new HistoryState(row.value1(), row.value2(), row.value3(), row.value4(), row.value5()));
    }

    private static Field<Instant> latest(TableField<?, Instant> time, Instant limit) {
        return field(select(max(time))
                .from(WATCHED_SPAN)
                .where(WATCHED_SPAN.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                .and(time.le(limit)));
    }
}
