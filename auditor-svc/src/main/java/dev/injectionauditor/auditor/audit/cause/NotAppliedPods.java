package dev.injectionauditor.auditor.audit.cause;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.auditor.audit.verdict.StoredPod;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.schema.Cause;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Reads the Pods of which the call was not applied, as far as a cause is to be found for them. */
final class NotAppliedPods {

    // In line, so that PostgreSQL sees that the partial index fits.
    private static final Condition NOT_APPLIED = POD.VERDICT.in(inline(Verdict.MISSED), inline(Verdict.PRESET));

    private NotAppliedPods() {}

    /** Those of these webhooks that have a Pod with a missed call within the span given for them. */
    static Set<Integer> webhooksWithAny(DSLContext tx, Map<Integer, Span> spans) {
        return spans.isEmpty()
                ? Set.of()
                : tx.select(Span.WEBHOOK)
                        .from(Span.table(spans))
                        .where(exists(selectOne()
                                .from(POD)
                                .where(POD.WEBHOOK_ID.eq(Span.WEBHOOK))
                                .and(NOT_APPLIED)
                                .and(POD.CREATED_AT.between(Span.FROM, Span.UNTIL))))
                        .fetchSet(Span.WEBHOOK);
    }

    /** The Pods with a missed call from one time to another, both inclusive, that an answer may be for. */
    static List<StoredPod> among(DSLContext tx, int webhook, Instant from, Instant until, Candidates candidates) {
        return candidates.isEmpty()
                ? List.of()
                : fetch(
                        tx,
                        webhook,
                        NOT_APPLIED.and(POD.CREATED_AT.between(from, until)).and(isAmong(candidates)));
    }

    /** Those of them that have been found to be answered late. */
    static List<StoredPod> answeredLate(
            DSLContext tx, int webhook, Instant from, Instant until, Candidates candidates) {
        return candidates.isEmpty()
                ? List.of()
                : fetch(
                        tx,
                        webhook,
                        POD.CAUSE
                                .eq(inline(Cause.LATE_ANSWER))
                                .and(POD.CREATED_AT.between(from, until))
                                .and(isAmong(candidates)));
    }

    private static Condition isAmong(Candidates candidates) {
        return Names.isAmong(POD.NAMESPACE, POD.POD_NAME, candidates.names)
                .or(POD.OWNER_UID.eq(any(candidates.owners.toArray(UUID[]::new))))
                .or(POD.OWNER_UID.isNull().and(POD.NAMESPACE.eq(any(candidates.namespaces.toArray(String[]::new)))));
    }

    /**
     * The Pods with a missed call that were created in this span.
     *
     * @param from inclusive
     * @param until exclusive; null for no end
     */
    static List<StoredPod> between(DSLContext tx, int webhook, Instant from, @Nullable Instant until) {
        return fetch(
                tx,
                webhook,
                NOT_APPLIED.and(POD.CREATED_AT.ge(from)).and(until == null ? noCondition() : POD.CREATED_AT.lt(until)));
    }

    private static List<StoredPod> fetch(DSLContext tx, int webhook, Condition condition) {
        return tx.selectFrom(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .fetch(PodTable::stored);
    }
}
