package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.unnest;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Rows;
import dev.injectionauditor.auditor.audit.sql.Slices;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.auditor.db.enums.EvidenceSource;
import dev.injectionauditor.auditor.db.tables.records.EvidenceRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.SQLDataType;

/**
 * What is read and written of the tables {@code evidence} and {@code call_hour} for many webhooks at once. Every method
 * takes the caller's transaction.
 */
public final class EvidenceRows {

    private EvidenceRows() {}

    /** Time of the latest evidence of each of these webhooks that has any. */
    public static Map<Integer, Instant> last(DSLContext tx, Collection<Integer> webhooks) {
        Field<Integer> asked = field(name("asked", "webhook_id"), SQLDataType.INTEGER);
        Field<Instant> last = tx.select(EVIDENCE.AT)
                .from(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(asked))
                .orderBy(EVIDENCE.AT.desc())
                .limit(1)
                .asField("last");
        Map<Integer, Instant> found = tx.select(asked, last)
                .from(unnest(webhooks.toArray(Integer[]::new)).as("asked", "webhook_id"))
                .fetchMap(asked, last);
        found.values().removeIf(Objects::isNull);
        return found;
    }

    /** Those of these that are stored already, as they are. */
    public static ByWebhook<Evidence> stored(DSLContext tx, ByWebhook<Evidence> wanted) {
        return wanted.isEmpty()
                ? wanted
                : ByWebhook.of(
                        new Slices<>(EVIDENCE, EVIDENCE.WEBHOOK_ID, wanted)
                                .any(EVIDENCE.AT, Evidence::at)
                                .any(EVIDENCE.REF, Evidence::ref)
                                .and(Span.isWithin(
                                        EVIDENCE.AT,
                                        wanted.all().stream().map(Evidence::at).toList()))
                                .in(tx)
                                .fetch(),
                        EvidenceRecord::getWebhookId,
                        EvidenceRows::evidence);
    }

    /** Makes changes of the evidence of some webhooks. */
    static void write(DSLContext tx, ByWebhook<EvidenceChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        delete(tx, changes.flatMap(change -> Stream.ofNullable(change.before())));
        ByWebhook<Evidence> added = changes.flatMap(change -> Stream.ofNullable(change.after()));
        if (!added.isEmpty()) {
            rows(added).add(tx);
        }
        CallHours.count(tx, changes);
    }

    private static void delete(DSLContext tx, ByWebhook<Evidence> gone) {
        if (!gone.isEmpty()) {
            tx.deleteFrom(EVIDENCE)
                    .where(Rows.of(EVIDENCE, EVIDENCE.WEBHOOK_ID, gone)
                            .each(EVIDENCE.AT, Evidence::at)
                            .each(EVIDENCE.VERSION, Evidence::version)
                            .each(EVIDENCE.REF, Evidence::ref)
                            .contain())
                    .execute();
        }
    }

    private static Rows<EvidenceRecord, Evidence> rows(ByWebhook<Evidence> added) {
        return Rows.of(EVIDENCE, EVIDENCE.WEBHOOK_ID, added)
                .each(EVIDENCE.AT, Evidence::at)
                .each(EVIDENCE.VERSION, Evidence::version)
                .each(EVIDENCE.REF, Evidence::ref)
                .each(
                        EVIDENCE.SOURCE,
                        evidence ->
                                EvidenceSource.valueOf(evidence.source().name().toLowerCase(Locale.ROOT)))
                .each(
                        EVIDENCE.KIND,
                        evidence -> EvidenceKind.valueOf(evidence.kind().name().toLowerCase(Locale.ROOT)));
    }

    static Evidence evidence(EvidenceRecord row) {
        return new Evidence(row.getAt(), row.getVersion(), row.getRef(), source(row.getSource()), kind(row.getKind()));
    }

    static Evidence.Source source(EvidenceSource source) {
        return Evidence.Source.valueOf(source.name().toUpperCase(Locale.ROOT));
    }

    static Evidence.Kind kind(EvidenceKind kind) {
        return Evidence.Kind.valueOf(kind.name().toUpperCase(Locale.ROOT));
    }
}
