package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OBSERVATION_GAPS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectCount;

import dev.injectionauditor.auditor.audit.verdict.PodTable;
import java.time.Instant;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants to be called for, of one webhook in one cluster.
 *
 * @param openOutages 1 while an outage is open, else 0
 * @param missedPods Pods that are pending or running without the injection
 * @param watchedUntil until when the Pods are known to have been watched; null if never
 * @param gaps how many spans there are in which nobody watched the Pods
 */
record HistoryState(
        String cluster,
        String webhook,
        long openOutages,
        long missedPods,
        @Nullable Instant watchedUntil,
        long gaps) {

    /** The state of every webhook. */
    static List<HistoryState> all(DSLContext db) {
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
                        field(select(max(WATCHED_SPAN.UNTIL_AT))
                                .from(WATCHED_SPAN)
                                .where(WATCHED_SPAN.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))),
                        field(selectCount()
                                .from(OBSERVATION_GAPS)
                                .where(OBSERVATION_GAPS.CLUSTER.eq(WATCHED_WEBHOOK.CLUSTER))
                                .and(OBSERVATION_GAPS.WEBHOOK.eq(WATCHED_WEBHOOK.WEBHOOK))))
                .from(WATCHED_WEBHOOK)
                .fetch(row -> new HistoryState(
                        row.value1(), row.value2(), row.value3(), row.value4(), row.value5(), row.value6()));
    }
}
