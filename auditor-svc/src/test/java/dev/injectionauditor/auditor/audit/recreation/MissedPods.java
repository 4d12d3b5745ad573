package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import org.jooq.DSLContext;

/** A history with two missed Pods of one owner, of an outage that is over, in a cluster that is watched now. */
public final class MissedPods {

    private MissedPods() {}

    /** Writes it. */
    public static void write(DSLContext db) {
        new Auditing(db)
                .write(
                        Auditing.injected(1, 0),
                        Auditing.missed(2, 10),
                        Auditing.missed(3, 11),
                        Auditing.injected(4, 20),
                        new Signal.Watched(Auditing.ZERO, Instant.now(), Signal.Watched.Begin.STARTED));
    }
}
