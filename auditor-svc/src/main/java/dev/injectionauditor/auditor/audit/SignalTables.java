package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.OBSERVATION_GAP;

import dev.injectionauditor.schema.Signal;
import java.util.List;
import org.jooq.DSLContext;

/** The tables {@code endpoints} and {@code observation_gap}. Writing a signal again changes nothing. */
final class SignalTables {

    private SignalTables() {}

    static void write(DSLContext tx, int webhook, List<Signal> signals) {
        for (Signal signal : signals) {
            switch (signal) {
                case Signal.Endpoints endpoints ->
                    tx.insertInto(ENDPOINTS)
                            .values(webhook, endpoints.at(), endpoints.ready())
                            .onConflictDoNothing()
                            .execute();
                case Signal.Gap gap ->
                    tx.insertInto(OBSERVATION_GAP)
                            .values(webhook, gap.from(), gap.until(), gap.reason())
                            .onConflictDoNothing()
                            .execute();
            }
        }
    }
}
