package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.lateral;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.db.tables.records.OutageRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.SelectLimitStep;
import org.jooq.SortField;
import org.jooq.Table;

/** The table {@code outage}, for one webhook in one transaction or for several at once. */
final class OutageTable implements OutageLog {

    private final DSLContext tx;
    private final int webhook;

    OutageTable(DSLContext tx, int webhook) {
        this.tx = tx;
        this.webhook = webhook;
    }

    @Override
    public List<OutageWindow> around(Instant from, Instant until) {
        return around(tx, Map.of(webhook, new Span(from, until))).get(webhook);
    }

    /** The windows of some webhooks around the span given for each, as {@link OutageLog#around} tells. */
    static ByWebhook<OutageWindow> around(DSLContext tx, Map<Integer, Span> spans) {
        if (spans.isEmpty()) {
            return ByWebhook.none();
        }
        Table<OutageRecord> around = next(tx, OUTAGE.STARTED_BY.lt(Span.FROM), OUTAGE.STARTED_BY.desc())
                .limit(1)
                .unionAll(next(tx, OUTAGE.STARTED_BY.between(Span.FROM, Span.UNTIL), OUTAGE.STARTED_BY.asc()))
                .unionAll(next(tx, OUTAGE.STARTED_BY.gt(Span.UNTIL), OUTAGE.STARTED_BY.asc())
                        .limit(1))
                .asTable("around");
        return ByWebhook.of(
                tx.select(around.fields())
                        .from(Span.table(spans), lateral(around))
                        .coerce(OUTAGE)
                        .fetch(),
                OutageRecord::getWebhookId,
                OutageTable::window);
    }

    private static SelectLimitStep<OutageRecord> next(DSLContext tx, Condition condition, SortField<Instant> order) {
        return tx.selectFrom(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(Span.WEBHOOK))
                .and(condition)
                .orderBy(order);
    }

    @Override
    public void replace(Collection<UUID> gone, Collection<OutageWindow> written) {
        if (!gone.isEmpty()) {
            tx.deleteFrom(OUTAGE)
                    .where(OUTAGE.OUTAGE_ID.eq(any(gone.toArray(UUID[]::new))))
                    .execute();
        }
        if (!written.isEmpty()) {
            rows(List.copyOf(written))
                    .insertInto(tx)
                    .onConflict(OUTAGE.OUTAGE_ID)
                    .doUpdate()
                    .setAllToExcluded()
                    .execute();
        }
    }

    private Rows<OutageRecord, OutageWindow> rows(List<OutageWindow> windows) {
        return Rows.of(OUTAGE, windows)
                .each(OUTAGE.OUTAGE_ID, OutageWindow::id)
                .all(OUTAGE.WEBHOOK_ID, webhook)
                .each(OUTAGE.STARTED_AFTER, OutageWindow::startedAfter)
                .each(OUTAGE.STARTED_BY, OutageWindow::startedBy)
                .each(OUTAGE.ENDED_AFTER, OutageWindow::endedAfter)
                .each(OUTAGE.ENDED_BEFORE, OutageWindow::endedBefore)
                .each(OUTAGE.MISSED, window -> window.calls().missed())
                .each(OUTAGE.PRESET, window -> window.calls().preset())
                .each(OUTAGE.PROBES, window -> window.calls().probes())
                .each(OUTAGE.APPLIED, window -> window.calls().applied());
    }

    static OutageWindow window(OutageRecord row) {
        return new OutageWindow(
                row.getOutageId(),
                row.getStartedAfter(),
                row.getStartedBy(),
                row.getEndedAfter(),
                row.getEndedBefore(),
                new Calls(row.getMissed(), row.getPreset(), row.getProbes(), row.getApplied()));
    }
}
