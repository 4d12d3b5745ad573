package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;

import dev.injectionauditor.auditor.db.tables.records.AdmissionRecord;
import dev.injectionauditor.schema.Admission;
import java.util.List;
import org.jooq.DSLContext;

/** The table {@code admission}. Writing an admission again changes nothing. */
final class AdmissionTable {

    private AdmissionTable() {}

    static void write(DSLContext tx, int webhook, List<Admission> admissions) {
        if (admissions.isEmpty()) {
            return;
        }
        tx.insertInto(ADMISSION)
                .columns(ADMISSION.fields())
                .valuesOfRecords(admissions.stream()
                        .map(admission -> record(webhook, admission))
                        .toList())
                .onConflictDoNothing()
                .execute();
    }

    private static AdmissionRecord record(int webhook, Admission admission) {
        return new AdmissionRecord(
                webhook,
                admission.requestUid(),
                admission.namespace(),
                admission.name(),
                admission.generateName(),
                admission.owner() == null ? null : admission.owner().uid(),
                admission.containers(),
                admission.patched(),
                admission.answeredAt(),
                admission.replica());
    }
}
