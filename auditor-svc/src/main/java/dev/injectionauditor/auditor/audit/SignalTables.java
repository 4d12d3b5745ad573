package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.greatest;

import dev.injectionauditor.schema.Signal;
import java.util.List;
import org.jooq.DSLContext;

/** The tables {@code endpoints} and {@code watched_span}. Writing a signal again changes nothing. */
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
                case Signal.Probe probe -> {
                    // The tables have no place for it yet.
                }
                case Signal.Watched watched ->
                    tx.insertInto(WATCHED_SPAN)
                            .values(webhook, watched.from(), watched.until(), watched.begin())
                            .onConflict(WATCHED_SPAN.WEBHOOK_ID, WATCHED_SPAN.FROM_AT)
                            .doUpdate()
                            .set(
                                    WATCHED_SPAN.UNTIL_AT,
                                    greatest(WATCHED_SPAN.UNTIL_AT, excluded(WATCHED_SPAN.UNTIL_AT)))
                            .execute();
            }
        }
    }
}
