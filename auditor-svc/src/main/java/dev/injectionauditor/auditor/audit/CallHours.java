package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.CALL_HOUR;

import dev.injectionauditor.auditor.db.tables.records.CallHourRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.TreeMap;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/** The table {@code call_hour}: keeps count of the evidence of each hour. */
final class CallHours {

    private CallHours() {}

    static void count(DSLContext tx, int webhook, Collection<EvidenceChange> changes) {
        TreeMap<Instant, CallHourRecord> hours = new TreeMap<>();
        for (EvidenceChange change : changes) {
            CallHourRecord hour = hours.computeIfAbsent(
                    change.at().truncatedTo(ChronoUnit.HOURS),
                    start -> new CallHourRecord(webhook, start, 0L, 0L, 0L, 0L, 0L));
            add(hour, change.before(), -1);
            add(hour, change.after(), 1);
        }
        tx.insertInto(CALL_HOUR)
                .columns(CALL_HOUR.fields())
                .valuesOfRecords(hours.keySet().stream()
                        .map(start -> new CallHourRecord(webhook, start, 0L, 0L, 0L, 0L, 0L))
                        .toList())
                .onConflictDoNothing()
                .execute();
        tx.batch(hours.values().stream().map(hour -> add(tx, hour)).toList()).execute();
    }

    private static Query add(DSLContext tx, CallHourRecord hour) {
        return tx.update(CALL_HOUR)
                .set(CALL_HOUR.APPLIED, CALL_HOUR.APPLIED.plus(hour.getApplied()))
                .set(CALL_HOUR.MISSED, CALL_HOUR.MISSED.plus(hour.getMissed()))
                .set(CALL_HOUR.PRESET, CALL_HOUR.PRESET.plus(hour.getPreset()))
                .set(CALL_HOUR.PROBES_APPLIED, CALL_HOUR.PROBES_APPLIED.plus(hour.getProbesApplied()))
                .set(CALL_HOUR.PROBES_MISSED, CALL_HOUR.PROBES_MISSED.plus(hour.getProbesMissed()))
                .where(CALL_HOUR.WEBHOOK_ID.eq(hour.getWebhookId()))
                .and(CALL_HOUR.HOUR.eq(hour.getHour()));
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
