package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.ENDPOINTS;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_SETTING;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.greatest;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.schema.Signal;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * The tables {@code endpoints}, {@code recreation_setting} and {@code watched_span}. Writing a signal again changes
 * nothing.
 */
final class SignalTables {

    private SignalTables() {}

    static void write(DSLContext tx, ByWebhook<Signal> signals) {
        writeEndpoints(tx, signals.flatMap(SignalTables::endpoints));
        signals.forEach((webhook, ofOne) ->
                ofOne.stream().flatMap(SignalTables::settings).forEach(setting -> writeSetting(tx, webhook, setting)));
        writeSpans(tx, signals.mapLists((webhook, ofOne) -> spans(ofOne)));
    }

    private static Stream<Signal.Endpoints> endpoints(Signal signal) {
        return switch (signal) {
            case Signal.Endpoints change -> Stream.of(change);
            // Probes are evidence like that of Pods: the history deals with them.
            case Signal.Probe other -> Stream.of();
            case Signal.RecreationSetting other -> Stream.of();
            case Signal.Watched other -> Stream.of();
        };
    }

    private static Stream<Signal.RecreationSetting> settings(Signal signal) {
        return signal instanceof Signal.RecreationSetting setting ? Stream.of(setting) : Stream.of();
    }

    private static Collection<Signal.Watched> spans(List<Signal> signals) {
        Map<Instant, Signal.Watched> spans = new LinkedHashMap<>();
        for (Signal signal : signals) {
            if (signal instanceof Signal.Watched span) {
                spans.merge(span.from(), span, SignalTables::longer);
            }
        }
        return spans.values();
    }

    private static void writeSetting(DSLContext tx, int webhook, Signal.RecreationSetting setting) {
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
                .where(RECREATION_SETTING.RESOURCE_VERSION.lt(excluded(RECREATION_SETTING.RESOURCE_VERSION)))
                .execute();
    }

    /** Of two assertions of one span the longer one; why it began was said first. */
    private static Signal.Watched longer(Signal.Watched first, Signal.Watched other) {
        return other.until().isAfter(first.until())
                ? new Signal.Watched(first.from(), other.until(), first.begin())
                : first;
    }

    private static void writeEndpoints(DSLContext tx, ByWebhook<Signal.Endpoints> endpoints) {
        if (!endpoints.isEmpty()) {
            Rows.of(ENDPOINTS, ENDPOINTS.WEBHOOK_ID, endpoints)
                    .each(ENDPOINTS.SEEN_AT, Signal.Endpoints::at)
                    .each(ENDPOINTS.READY, Signal.Endpoints::ready)
                    .insertInto(tx)
                    .onConflictDoNothing()
                    .execute();
        }
    }

    private static void writeSpans(DSLContext tx, ByWebhook<Signal.Watched> spans) {
        if (!spans.isEmpty()) {
            Rows.of(WATCHED_SPAN, WATCHED_SPAN.WEBHOOK_ID, spans)
                    .each(WATCHED_SPAN.FROM_AT, Signal.Watched::from)
                    .each(WATCHED_SPAN.UNTIL_AT, Signal.Watched::until)
                    .each(WATCHED_SPAN.BEGIN, Signal.Watched::begin)
                    .insertInto(tx)
                    .onConflict(WATCHED_SPAN.WEBHOOK_ID, WATCHED_SPAN.FROM_AT)
                    .doUpdate()
                    .set(WATCHED_SPAN.UNTIL_AT, greatest(WATCHED_SPAN.UNTIL_AT, excluded(WATCHED_SPAN.UNTIL_AT)))
                    .execute();
        }
    }
}
