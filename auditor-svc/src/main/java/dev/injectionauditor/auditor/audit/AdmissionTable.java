package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.db.tables.records.AdmissionRecord;
import dev.injectionauditor.schema.Admission;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.TableField;

/**
 * The table {@code admission}. Writing an admission again changes nothing, except that what was flagged for the lack of
 * it is not any more.
 */
final class AdmissionTable {

    private AdmissionTable() {}

    static void write(DSLContext tx, int webhook, List<Admission> admissions, Instant now) {
        if (admissions.isEmpty()) {
            return;
        }
        rows(webhook, admissions, now).insertInto(tx).onConflictDoNothing().execute();
        tx.update(POD)
                .set(POD.UNCONFIRMED, false)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(condition(POD.UNCONFIRMED))
                .and(POD.STAMP.eq(
                        any(admissions.stream().map(Admission::requestUid).toArray(UUID[]::new))))
                .and(isAnyFlagged(webhook, POD.as("flagged"), POD.WEBHOOK_ID, POD.UNCONFIRMED))
                .execute();
    }

    /** Takes the flag from the admissions that these stamps are of: their Pods have come after all. */
    static void found(DSLContext tx, int webhook, Collection<UUID> stamps) {
        if (!stamps.isEmpty()) {
            tx.update(ADMISSION)
                    .set(ADMISSION.ORPHANED, false)
                    .where(ADMISSION.WEBHOOK_ID.eq(webhook))
                    .and(condition(ADMISSION.ORPHANED))
                    .and(ADMISSION.REQUEST_UID.eq(any(stamps.toArray(UUID[]::new))))
                    .and(isAnyFlagged(webhook, ADMISSION.as("flagged"), ADMISSION.WEBHOOK_ID, ADMISSION.ORPHANED))
                    .execute();
        }
    }

    /** Mostly none is, and then PostgreSQL need not look for each. */
    private static <R extends Record> Condition isAnyFlagged(
            int webhook, Table<R> table, TableField<R, Integer> ofWebhook, TableField<R, Boolean> flag) {
        return exists(selectOne()
                .from(table)
                .where(table.field(ofWebhook).eq(webhook))
                .and(condition(table.field(flag))));
    }

    private static Rows<AdmissionRecord, Admission> rows(int webhook, List<Admission> admissions, Instant now) {
        return Rows.of(ADMISSION, admissions)
                .all(ADMISSION.WEBHOOK_ID, webhook)
                .each(ADMISSION.REQUEST_UID, Admission::requestUid)
                .each(ADMISSION.NAMESPACE, Admission::namespace)
                .each(ADMISSION.POD_NAME, Admission::name)
                .each(ADMISSION.GENERATE_NAME, Admission::generateName)
                .each(
                        ADMISSION.OWNER_UID,
                        admission -> admission.owner() == null
                                ? null
                                : admission.owner().uid())
                .each(ADMISSION.CONTAINERS, Admission::containers)
                .each(ADMISSION.PATCHED, Admission::patched)
                .each(ADMISSION.ANSWERED_AT, Admission::answeredAt)
                .each(ADMISSION.REPLICA, Admission::replica)
                .all(ADMISSION.STORED_AT, now)
                .all(ADMISSION.ORPHANED, false);
    }
}
