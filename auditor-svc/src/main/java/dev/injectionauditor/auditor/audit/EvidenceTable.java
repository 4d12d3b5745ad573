package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.unnest;

import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.auditor.db.enums.EvidenceSource;
import dev.injectionauditor.auditor.db.tables.records.EvidenceRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Row3;
import org.jooq.impl.SQLDataType;

/** The tables {@code evidence} and {@code call_hour} for one webhook in one transaction. */
final class EvidenceTable implements EvidenceLog {

    // In line, so that PostgreSQL sees that the partial indexes fit.
    private static final Condition APPLIED = EVIDENCE.KIND.eq(inline(EvidenceKind.applied));
    private static final Condition NOT_APPLIED = EVIDENCE.KIND.ne(inline(EvidenceKind.applied));
    private static final Row3<Instant, Long, UUID> POSITION = row(EVIDENCE.AT, EVIDENCE.VERSION, EVIDENCE.REF);

    private final DSLContext tx;
    private final int webhook;

    EvidenceTable(DSLContext tx, int webhook) {
        this.tx = tx;
        this.webhook = webhook;
    }

    /** Time of the latest evidence of each of these webhooks that has any. */
    static Map<Integer, Instant> last(DSLContext tx, Collection<Integer> webhooks) {
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
    static ByWebhook<Evidence> stored(DSLContext tx, ByWebhook<Evidence> wanted) {
        return wanted.isEmpty()
                ? wanted
                : ByWebhook.of(
                        new Slices<>(EVIDENCE, EVIDENCE.WEBHOOK_ID, wanted)
                                .any(EVIDENCE.AT, Evidence::at)
                                .any(EVIDENCE.REF, Evidence::ref)
                                .and(Partitions.span(
                                        EVIDENCE.AT,
                                        wanted.all().stream().map(Evidence::at).toList()))
                                .in(tx)
                                .fetch(),
                        EvidenceRecord::getWebhookId,
                        EvidenceTable::evidence);
    }

    /** As above, of this webhook. */
    Set<Evidence> stored(Collection<Evidence> wanted) {
        return Set.copyOf(stored(tx, ByWebhook.of(webhook, wanted)).all());
    }

    @Override
    public void write(Collection<EvidenceChange> changes) {
        write(tx, ByWebhook.of(webhook, changes));
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

    @Override
    public List<Evidence> between(Instant from, Instant until) {
        return tx.selectFrom(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(EVIDENCE.AT.between(from, until))
                .orderBy(EVIDENCE.AT, EVIDENCE.VERSION, EVIDENCE.REF)
                .fetch(EvidenceTable::evidence);
    }

    @Override
    public boolean hasAtMost(int count, Instant from, Instant until) {
        return tx.fetchCount(tx.selectOne()
                        .from(EVIDENCE)
                        .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                        .and(EVIDENCE.AT.between(from, until))
                        .limit(count + 1))
                <= count;
    }

    @Override
    public Optional<Evidence> lastNotAppliedBefore(Instant time) {
        return last(NOT_APPLIED.and(EVIDENCE.AT.lt(time)));
    }

    @Override
    public Optional<Evidence> firstNotAppliedAfter(Instant time) {
        return first(NOT_APPLIED.and(EVIDENCE.AT.gt(time)));
    }

    @Override
    public Optional<Evidence> lastAppliedBefore(Instant time) {
        return last(APPLIED.and(EVIDENCE.AT.lt(time)));
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Instant time) {
        return first(APPLIED.and(EVIDENCE.AT.gt(time)));
    }

    @Override
    public Optional<Evidence> firstAppliedAfter(Evidence evidence) {
        return first(APPLIED.and(EVIDENCE.AT.ge(evidence.at())).and(POSITION.gt(position(evidence))));
    }

    private Optional<Evidence> first(Condition condition) {
        return tx.selectFrom(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .orderBy(EVIDENCE.AT, EVIDENCE.VERSION, EVIDENCE.REF)
                .limit(1)
                .fetchOptional(EvidenceTable::evidence);
    }

    private Optional<Evidence> last(Condition condition) {
        return tx.selectFrom(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .orderBy(EVIDENCE.AT.desc(), EVIDENCE.VERSION.desc(), EVIDENCE.REF.desc())
                .limit(1)
                .fetchOptional(EvidenceTable::evidence);
    }

    @Override
    public Calls countAfter(Evidence evidence, Instant until) {
        Evidence last = last(NOT_APPLIED.and(EVIDENCE.AT.le(until))).orElseThrow();
        return tx
                .select(EVIDENCE.SOURCE, EVIDENCE.KIND, count())
                .from(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(EVIDENCE.AT.between(evidence.at(), until))
                .and(POSITION.gt(position(evidence)))
                .and(POSITION.le(position(last)))
                .groupBy(EVIDENCE.SOURCE, EVIDENCE.KIND)
                .fetch()
                .stream()
                .map(row -> Calls.of(source(row.value1()), kind(row.value2())).times(row.value3()))
                .reduce(Calls.NONE, Calls::plus);
    }

    private static Row3<Instant, Long, UUID> position(Evidence evidence) {
        return row(evidence.at(), evidence.version(), evidence.ref());
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

    private static Evidence evidence(EvidenceRecord row) {
        return new Evidence(row.getAt(), row.getVersion(), row.getRef(), source(row.getSource()), kind(row.getKind()));
    }

    private static Evidence.Source source(EvidenceSource source) {
        return Evidence.Source.valueOf(source.name().toUpperCase(Locale.ROOT));
    }

    private static Evidence.Kind kind(EvidenceKind kind) {
        return Evidence.Kind.valueOf(kind.name().toUpperCase(Locale.ROOT));
    }
}
