package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.noCondition;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Evidence of outages as the table {@code pod} gives it. Every method takes the caller's transaction. */
final class EvidenceTable {

    private static final Condition IS_EVIDENCE = POD.VERDICT.ne(Verdict.PREDATES);
    private static final Condition APPLIED = POD.VERDICT.in(Verdict.INJECTED, Verdict.INCOMPLETE);

    private final DSLContext tx;
    private final int webhook;

    EvidenceTable(DSLContext tx, int webhook) {
        this.tx = tx;
        this.webhook = webhook;
    }

    /**
     * All evidence of a span, in order.
     *
     * @param from inclusive
     * @param until inclusive; null for no end
     */
    List<Evidence> between(Instant from, @Nullable Instant until) {
        try (Stream<Evidence> evidence = tx.select(POD.CREATED_AT, POD.RESOURCE_VERSION, POD.POD_UID, POD.VERDICT)
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(IS_EVIDENCE)
                .and(POD.CREATED_AT.ge(from))
                .and(until == null ? noCondition() : POD.CREATED_AT.le(until))
                .fetchStream()
                .map(pod -> new Evidence(
                        pod.value1(),
                        pod.value2(),
                        pod.value3(),
                        PodChange.kind(pod.value4()).orElseThrow()))) {
            return evidence.sorted().toList();
        }
    }

    /** Time of the last applied call before this moment. */
    Optional<Instant> lastAppliedBefore(Instant moment) {
        return tx.select(max(POD.CREATED_AT))
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(IS_EVIDENCE)
                .and(APPLIED)
                .and(POD.CREATED_AT.lt(moment))
                .fetchOptional(max(POD.CREATED_AT));
    }

    /** Time of the first applied call after this moment. */
    Optional<Instant> firstAppliedAfter(Instant moment) {
        return tx.select(min(POD.CREATED_AT))
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(IS_EVIDENCE)
                .and(APPLIED)
                .and(POD.CREATED_AT.gt(moment))
                .fetchOptional(min(POD.CREATED_AT));
    }
}
