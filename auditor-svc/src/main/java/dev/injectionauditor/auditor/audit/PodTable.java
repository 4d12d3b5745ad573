package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** What is read of the table {@code pod}. Every method takes the caller's transaction. */
final class PodTable {

    // In line, so that PostgreSQL sees that the partial index fits.
    private static final Condition NOT_APPLIED = POD.VERDICT.in(inline(Verdict.MISSED), inline(Verdict.PRESET));

    static final Condition MISSED_AND_ACTIVE = condition(POD.MISSED_ACTIVE);

    private PodTable() {}

    /** Those of these webhooks that have a Pod with a missed call within the span given for them. */
    static Set<Integer> withNotApplied(DSLContext tx, Map<Integer, Span> spans) {
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
    static List<StoredPod> notAppliedAmong(
            DSLContext tx, int webhook, Instant from, Instant until, Candidates candidates) {
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
    static List<StoredPod> notAppliedBetween(DSLContext tx, int webhook, Instant from, @Nullable Instant until) {
        return fetch(
                tx,
                webhook,
                NOT_APPLIED.and(POD.CREATED_AT.ge(from)).and(until == null ? noCondition() : POD.CREATED_AT.lt(until)));
    }

    /** The missed Pods that are pending or running, as far as their recreation is concerned. */
    static List<MissedPod> missedAndActive(DSLContext tx, int webhook) {
        return tx.select(
                        POD.NAMESPACE,
                        POD.POD_NAME,
                        POD.POD_UID,
                        POD.OWNER_API_VERSION,
                        POD.OWNER_KIND,
                        POD.OWNER_NAME,
                        POD.OWNER_UID,
                        POD.CREATED_AT,
                        POD.RECREATION_MODE,
                        POD.NEVER_RECREATE,
                        POD.SYSTEM_CRITICAL)
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(MISSED_AND_ACTIVE)
                .fetchInto(POD)
                .map(pod -> new MissedPod(
                        new PodRef(pod.getNamespace(), pod.getPodName(), pod.getPodUid()),
                        owner(pod),
                        pod.getCreatedAt(),
                        recreation(pod)));
    }

    /** The webhooks that have such Pods. */
    static List<Integer> webhooksWithMissed(DSLContext tx) {
        return tx.selectDistinct(POD.WEBHOOK_ID)
                .from(POD)
                .where(MISSED_AND_ACTIVE)
                .orderBy(POD.WEBHOOK_ID)
                .fetch(POD.WEBHOOK_ID);
    }

    private static List<StoredPod> fetch(DSLContext tx, int webhook, Condition condition) {
        return tx.selectFrom(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .fetch(PodTable::stored);
    }

    static StoredPod stored(PodRecord record) {
        return new StoredPod(
                new PodFacts(
                        new PodRef(record.getNamespace(), record.getPodName(), record.getPodUid()),
                        owner(record),
                        record.getCreatedAt(),
                        record.getResourceVersion(),
                        record.getStamp(),
                        record.getContainers(),
                        List.of(record.getLacking()),
                        record.getByPolicy(),
                        record.getInForceSince()),
                record.getLifecycle(),
                new RecreationTraits(record.getRecreationMode(), record.getNeverRecreate(), record.getSystemCritical()),
                record.getLifecycleVersion(),
                record.getVerdict(),
                record.getCause());
    }

    private static RecreationTraits recreation(PodRecord record) {
        return new RecreationTraits(record.getRecreationMode(), record.getNeverRecreate(), record.getSystemCritical());
    }

    private static @Nullable OwnerRef owner(PodRecord record) {
        return record.getOwnerUid() == null
                ? null
                : new OwnerRef(
                        record.getOwnerApiVersion(),
                        record.getOwnerKind(),
                        record.getOwnerName(),
                        record.getOwnerUid());
    }
}
