package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.row;

import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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

    /** Those of these that are stored already, as they are. */
    Set<Evidence> stored(Collection<Evidence> wanted) {
        return Set.copyOf(EvidenceRows.stored(tx, ByWebhook.of(webhook, wanted)).all());
    }

    @Override
    public void write(Collection<EvidenceChange> changes) {
        EvidenceRows.write(tx, ByWebhook.of(webhook, changes));
    }

    @Override
    public List<Evidence> between(Instant from, Instant until) {
        return tx.selectFrom(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(EVIDENCE.AT.between(from, until))
                .orderBy(EVIDENCE.AT, EVIDENCE.VERSION, EVIDENCE.REF)
                .fetch(EvidenceRows::evidence);
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
                .fetchOptional(EvidenceRows::evidence);
    }

    private Optional<Evidence> last(Condition condition) {
        return tx.selectFrom(EVIDENCE)
                .where(EVIDENCE.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .orderBy(EVIDENCE.AT.desc(), EVIDENCE.VERSION.desc(), EVIDENCE.REF.desc())
                .limit(1)
                .fetchOptional(EvidenceRows::evidence);
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
                .map(row -> Calls.of(EvidenceRows.source(row.value1()), EvidenceRows.kind(row.value2()))
                        .times(row.value3()))
                .reduce(Calls.NONE, Calls::plus);
    }

    private static Row3<Instant, Long, UUID> position(Evidence evidence) {
        return row(evidence.at(), evidence.version(), evidence.ref());
    }
}
