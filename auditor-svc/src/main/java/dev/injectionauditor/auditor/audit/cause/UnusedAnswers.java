package dev.injectionauditor.auditor.audit.cause;

import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.left;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.audit.cause.LateAnswers.Answer;
import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import dev.injectionauditor.schema.Admission;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;

/**
 * Answers that no Pod carries the stamp of. One for a name that was still to be generated counts only once it is
 * settled: before, its Pod may just not have been seen yet.
 */
final class UnusedAnswers {

    private final DSLContext tx;
    private final int webhook;
    private final Instant settled;

    /** @param settled answers until then are settled */
    UnusedAnswers(DSLContext tx, int webhook, Instant settled) {
        this.tx = tx;
        this.webhook = webhook;
        this.settled = settled;
    }

    /** Those of these admissions. */
    List<Answer> of(List<Admission> admissions) {
        List<Admission> counting = admissions.stream()
                .filter(admission ->
                        admission.name() != null || !admission.answeredAt().isAfter(settled))
                .toList();
        return counting.isEmpty()
                ? List.of()
                : select(ADMISSION
                        .REQUEST_UID
                        .eq(any(counting.stream().map(Admission::requestUid).toArray(UUID[]::new)))
                        .and(Span.isWithin(
                                ADMISSION.ANSWERED_AT,
                                counting.stream().map(Admission::answeredAt).toList())));
    }

    /** Those for names to be generated that were not settled then and are now. */
    List<Answer> settledSince(Instant settledBefore) {
        return settledBefore.isBefore(settled)
                ? select(ADMISSION
                        .POD_NAME
                        .isNull()
                        .and(ADMISSION.ANSWERED_AT.gt(settledBefore))
                        .and(ADMISSION.ANSWERED_AT.le(settled)))
                : List.of();
    }

    /** Those that fit one of these Pods. */
    List<Answer> fitting(Collection<PodFacts> pods) {
        if (pods.isEmpty()) {
            return List.of();
        }
        List<Names.Name> names = pods.stream()
                .map(facts ->
                        new Names.Name(facts.pod().namespace(), facts.pod().name()))
                .toList();
        List<Names.Name> prefixes = pods.stream()
                .map(facts -> new Names.Name(facts.pod().namespace(), LateAnswers.prefix(facts)))
                .toList();
        Condition inTime = ADMISSION.ANSWERED_AT.between(
                CauseFinder.first(pods).minus(LateAnswers.ANSWERED_BEFORE),
                CauseFinder.last(pods).plus(LateAnswers.ANSWERED_AFTER));
        // Two queries, one for each index.
        return Stream.concat(
                        select(inTime.and(ADMISSION.POD_NAME.isNotNull())
                                        .and(Names.isAmong(ADMISSION.NAMESPACE, ADMISSION.POD_NAME, names)))
                                .stream(),
                        select(inTime.and(ADMISSION.POD_NAME.isNull())
                                        .and(ADMISSION.ANSWERED_AT.le(settled))
                                        .and(Names.isAmong(
                                                ADMISSION.NAMESPACE,
                                                left(ADMISSION.GENERATE_NAME, inline(LateAnswers.LONGEST_PREFIX)),
                                                prefixes)))
                                .stream())
                .toList();
    }

    private List<Answer> select(Condition condition) {
        return tx.selectFrom(ADMISSION)
                .where(ADMISSION.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .and(notExists(selectOne()
                        .from(POD)
                        .where(POD.WEBHOOK_ID.eq(webhook))
                        .and(POD.STAMP.eq(ADMISSION.REQUEST_UID))
                        // So that each is looked for in the index: a join may read all stamps there are.
                        .offset(0)))
                .fetch(found -> new Answer(
                        found.getRequestUid(),
                        found.getNamespace(),
                        found.getPodName(),
                        found.getGenerateName(),
                        found.getOwnerUid(),
                        found.getAnsweredAt()));
    }
}
