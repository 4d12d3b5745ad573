package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_SETTING;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.min;

import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;

/**
 * The tables {@code endpoints}, {@code recreation_setting} and {@code watched_span}. Writing a signal again changes
 * nothing.
 */
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
                    // Evidence like that of Pods: the history deals with it.
                }
                case Signal.RecreationSetting setting ->
                    tx.insertInto(RECREATION_SETTING)
                            .values(
                                    webhook,
                                    setting.namespace(),
                                    setting.mode(),
                                    Long.parseLong(setting.resourceVersion()),
                                    setting.at())
                            .onConflict(RECREATION_SETTING.WEBHOOK_ID, RECREATION_SETTING.NAMESPACE)
                            .doUpdate()
                            .setAllToExcluded()
                            .where(RECREATION_SETTING.RESOURCE_VERSION.lt(
                                    excluded(RECREATION_SETTING.RESOURCE_VERSION)))
                            .execute();
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

    /** When the ready endpoints changed for the first time after this moment. */
    static Optional<Instant> nextEndpointsAfter(DSLContext tx, int webhook, Instant moment) {
        return tx.select(min(ENDPOINTS.SEEN_AT))
                .from(ENDPOINTS)
                .where(ENDPOINTS.WEBHOOK_ID.eq(webhook))
                .and(ENDPOINTS.SEEN_AT.gt(moment))
                .fetchOptional(min(ENDPOINTS.SEEN_AT));
    }
}
