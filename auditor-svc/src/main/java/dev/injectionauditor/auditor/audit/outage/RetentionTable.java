package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.RETENTION;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.val;

import java.time.Instant;
import org.jooq.DSLContext;

/** The table {@code retention}: from when on evidence, Pods and calls are kept. */
public final class RetentionTable {

    private RetentionTable() {}

    /** From when on all evidence is kept; nobody drops any until the transaction ends. */
    public static Instant keptSince(DSLContext tx) {
        return tx.select(RETENTION.KEPT_SINCE)
                .from(RETENTION)
                .forShare()
                .fetchSingle()
                .value1();
    }

    /** Notes that what is from before this moment is about to be dropped, once nobody relies on it. */
    public static void keepSince(DSLContext tx, Instant moment) {
        // Those who rely on it have locked the table by reading the row with a lock. They would pass by one who waits
        // for the row, but queue behind one who waits for the table.
        tx.execute("lock table {0} in exclusive mode", RETENTION);
        tx.update(RETENTION)
                .set(RETENTION.KEPT_SINCE, greatest(RETENTION.KEPT_SINCE, val(moment)))
                .execute();
    }
}
