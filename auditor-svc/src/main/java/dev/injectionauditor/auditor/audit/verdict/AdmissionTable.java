package dev.injectionauditor.auditor.audit.verdict;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.db.tables.records.AdmissionRecord;
import dev.injectionauditor.schema.Admission;
import java.time.Instant;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * The table {@code admission}. Writing an admission again changes nothing, except that what was flagged for the lack of
 * it is not any more.
 */
public final class AdmissionTable {

    private AdmissionTable() {}

    /**
     * Adds those that are not there yet.
     *
     * @param now when they are stored, from which the grace period of their Pods counts
     */
    public static void write(DSLContext tx, ByWebhook<Admission> admissions, Instant now) {
        if (admissions.isEmpty()) {
            return;
        }
        rows(admissions, now).insertInto(tx).onConflictDoNothing().execute();
        Half.PODS.unflag(tx, admissions.flatMap(admission -> Stream.of(admission.requestUid())));
    }

    private static Rows<AdmissionRecord, Admission> rows(ByWebhook<Admission> admissions, Instant now) {
        return Rows.of(ADMISSION, ADMISSION.WEBHOOK_ID, admissions)
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
