package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.CALL_HOUR;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.db.tables.records.CallHourRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/** The table {@code call_hour}: keeps count of the evidence of each hour. */
final class CallHours {

    private static final List<TableField<CallHourRecord, Long>> COUNTS = List.of(
            CALL_HOUR.APPLIED, CALL_HOUR.MISSED, CALL_HOUR.PRESET, CALL_HOUR.PROBES_APPLIED, CALL_HOUR.PROBES_MISSED);

    private CallHours() {}

    static void count(DSLContext tx, ByWebhook<EvidenceChange> changes) {
        ByWebhook<CallHourRecord> hours = changes.mapLists(CallHours::hours);
        begin(tx, hours);
        add(tx, hours);
    }

    private static Collection<CallHourRecord> hours(int webhook, List<EvidenceChange> changes) {
        Map<Instant, CallHourRecord> hours = new TreeMap<>();
        for (EvidenceChange change : changes) {
            CallHourRecord hour = hours.computeIfAbsent(
                    change.at().truncatedTo(ChronoUnit.HOURS),
                    start -> new CallHourRecord(webhook, start, 0L, 0L, 0L, 0L, 0L));
            add(hour, change.before(), -1);
            add(hour, change.after(), 1);
        }
        return hours.values();
    }

    private static void begin(DSLContext tx, ByWebhook<CallHourRecord> hours) {
        Rows<CallHourRecord, CallHourRecord> rows = rows(hours);
        COUNTS.forEach(count -> rows.all(count, 0L));
        rows.insertInto(tx).onConflictDoNothing().execute();
    }

    private static void add(DSLContext tx, ByWebhook<CallHourRecord> hours) {
        Rows<CallHourRecord, CallHourRecord> rows = rows(hours);
        COUNTS.forEach(count -> rows.each(count, hour -> hour.get(count)));
        tx.update(CALL_HOUR)
                .set(COUNTS.stream()
                        .collect(Collectors.toMap(count -> count, count -> count.plus(Rows.valueOf(count)))))
                .from(rows.asTable())
                .where(CALL_HOUR.WEBHOOK_ID.eq(Rows.valueOf(CALL_HOUR.WEBHOOK_ID)))
                .and(CALL_HOUR.HOUR.eq(Rows.valueOf(CALL_HOUR.HOUR)))
                .execute();
    }

    private static Rows<CallHourRecord, CallHourRecord> rows(ByWebhook<CallHourRecord> hours) {
        return Rows.of(CALL_HOUR, CALL_HOUR.WEBHOOK_ID, hours).each(CALL_HOUR.HOUR, CallHourRecord::getHour);
    }

    private static void add(CallHourRecord hour, @Nullable Evidence evidence, long factor) {
        if (evidence != null) {
            TableField<CallHourRecord, Long> column = column(evidence);
            hour.set(column, hour.get(column) + factor);
        }
    }

    private static TableField<CallHourRecord, Long> column(Evidence evidence) {
        boolean probe = evidence.source() == Evidence.Source.PROBE;
        return switch (evidence.kind()) {
            case APPLIED -> probe ? CALL_HOUR.PROBES_APPLIED : CALL_HOUR.APPLIED;
            case MISSED -> probe ? CALL_HOUR.PROBES_MISSED : CALL_HOUR.MISSED;
            case PRESET -> CALL_HOUR.PRESET;
        };
    }
}
