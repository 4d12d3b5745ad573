package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.row;

import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.auditor.db.enums.EvidenceSource;
import dev.injectionauditor.auditor.db.tables.records.EvidenceRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Row3;

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

    /** Time of the latest evidence. */
    Optional<Instant> last() {
        return tx.select(EVIDENCE.AT)
                .from(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .orderBy(EVIDENCE.AT.desc())
                .limit(1)
                .fetchOptional(EVIDENCE.AT);
    }

    /** Those of these that are stored already, as they are. */
    Set<Evidence> stored(Collection<Evidence> wanted) {
        Set<Evidence> stored = new HashSet<>();
        if (!wanted.isEmpty()) {
            Set<Instant> times = wanted.stream().map(Evidence::at).collect(Collectors.toSet());
            stored.addAll(tx.selectFrom(EVIDENCE)
                    .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                    .and(EVIDENCE.AT.eq(any(times.toArray(Instant[]::new))))
                    .and(Partitions.span(EVIDENCE.AT, times))
                    .and(EVIDENCE.REF.eq(any(wanted.stream().map(Evidence::ref).toArray(UUID[]::new))))
                    .fetch(EvidenceTable::evidence));
        }
        return stored;
    }

    @Override
    public void write(Collection<EvidenceChange> changes) {
        if (changes.isEmpty()) {
            return;
        }
        delete(changes.stream()
                .map(EvidenceChange::before)
                .filter(Objects::nonNull)
                .toList());
        List<Evidence> added = changes.stream()
                .map(EvidenceChange::after)
                .filter(Objects::nonNull)
                .toList();
        if (!added.isEmpty()) {
            rows(added).add(tx);
        }
        CallHours.count(tx, webhook, changes);
    }

    private void delete(List<Evidence> gone) {
        if (!gone.isEmpty()) {
            tx.deleteFrom(EVIDENCE)
                    .using(Rows.of(EVIDENCE, gone)
                            .each(EVIDENCE.AT, Evidence::at)
                            .each(EVIDENCE.VERSION, Evidence::version)
                            .each(EVIDENCE.REF, Evidence::ref)
                            .asTable())
                    .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                    .and(EVIDENCE.AT.eq(Rows.valueOf(EVIDENCE.AT)))
                    .and(EVIDENCE.VERSION.eq(Rows.valueOf(EVIDENCE.VERSION)))
                    .and(EVIDENCE.REF.eq(Rows.valueOf(EVIDENCE.REF)))
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

    private Rows<EvidenceRecord, Evidence> rows(List<Evidence> added) {
        return Rows.of(EVIDENCE, added)
                .all(EVIDENCE.WEBHOOK_ID, webhook)
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
