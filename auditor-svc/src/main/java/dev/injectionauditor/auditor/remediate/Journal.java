package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.db.Tables.REMEDIATION_JOURNAL;

import dev.injectionauditor.auditor.db.tables.records.RemediationJournalRecord;
import dev.injectionauditor.auditor.remediate.Entry.Step;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jooq.BatchBindStep;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The table {@code remediation_journal} of one cluster. Each call is a transaction of its own. */
final class Journal {

    private final DSLContext db;
    private final String cluster;
    private final EventCodec codec = new EventCodec();

    Journal(DSLContext db, String cluster) {
        this.db = db;
        this.cluster = cluster;
    }

    /** Takes requests on; one that is there already stays as it is. If that fails, some may be there. */
    void accept(List<Entry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        // With values apart from the statement: in its text, a NUL would break the protocol rather than the rule.
        BatchBindStep batch = db.batch(insert(entries.getFirst()));
        entries.forEach(entry -> batch.bind(insert(entry).getBindValues().toArray()));
        batch.execute();
    }

    private Query insert(Entry entry) {
        return db.insertInto(REMEDIATION_JOURNAL)
                .set(REMEDIATION_JOURNAL.CLUSTER, cluster)
                .set(REMEDIATION_JOURNAL.WEBHOOK, entry.source().webhook())
                .set(REMEDIATION_JOURNAL.REQUEST_ID, entry.request().requestId())
                .set(REMEDIATION_JOURNAL.OWNER_UID, entry.owner())
                .set(REMEDIATION_JOURNAL.POD_UID, entry.request().pod().uid())
                .set(REMEDIATION_JOURNAL.REQUEST, json(CloudEvent.of(entry.source(), entry.request())))
                .set(REMEDIATION_JOURNAL.REQUESTED_AT, entry.request().requestedAt())
                .set(REMEDIATION_JOURNAL.EXPIRES_AT, entry.request().expiresAt())
                .set(REMEDIATION_JOURNAL.STEP, text(entry.step()))
                .onConflictDoNothing();
    }

    /** What is not done, in the order of the requests; of one owner what has been begun comes first. */
    List<Entry> open() {
        return db
                .selectFrom(REMEDIATION_JOURNAL)
                .where(REMEDIATION_JOURNAL.CLUSTER.eq(cluster))
                .and(REMEDIATION_JOURNAL.STEP.ne(text(Step.DONE)))
                .orderBy(
                        REMEDIATION_JOURNAL.STEP.eq(text(Step.ACCEPTED)),
                        REMEDIATION_JOURNAL.REQUESTED_AT,
                        REMEDIATION_JOURNAL.REQUEST_ID)
                .stream()
                .map(this::entry)
                .toList();
    }

    /**
     * Writes a step. The time of the eviction tells two attempts apart: a process that was frozen must not take back
     * what its successor has begun.
     *
     * @throws IllegalStateException if the entry is not where this process believes it to be: another one is at work
     */
    void write(Entry from, Entry to) {
        RecreationResult result = to.result();
        int rows = db.update(REMEDIATION_JOURNAL)
                .set(REMEDIATION_JOURNAL.STEP, text(to.step()))
                .set(REMEDIATION_JOURNAL.PODS_BEFORE, to.before().toArray(UUID[]::new))
                .set(REMEDIATION_JOURNAL.STAMP, to.stamp())
                .set(REMEDIATION_JOURNAL.SPEC, JSONB.jsonbOrNull(to.spec()))
                .set(REMEDIATION_JOURNAL.EVICTED_AT, stored(to.evictedAt()))
                .set(REMEDIATION_JOURNAL.OUTCOME, result == null ? null : result.outcome())
                .set(REMEDIATION_JOURNAL.REPLACEMENT_UID, replacement(result))
                .set(REMEDIATION_JOURNAL.RESULT, result == null ? null : json(CloudEvent.of(to.source(), result)))
                .set(REMEDIATION_JOURNAL.FINISHED_AT, result == null ? null : result.finishedAt())
                .where(is(from))
                .and(REMEDIATION_JOURNAL.STEP.eq(text(from.step())))
                .and(REMEDIATION_JOURNAL.EVICTED_AT.isNotDistinctFrom(stored(from.evictedAt())))
                .execute();
        if (rows != 1) {
            throw new IllegalStateException(
                    "another remediator works on request " + from.request().requestId());
        }
    }

    /**
     * How the last recreation of a Pod of this owner ended that made one or should have; null if none is remembered.
     *
     * @param since one that made none counts if it ended after this, and one that did is recent
     * @param latest an end after this was told by a clock that is far ahead: when it was requested has to do
     */
    @Nullable Succession last(Entry entry, Instant since, Instant latest) {
        Field<Instant> ended = DSL.when(REMEDIATION_JOURNAL.FINISHED_AT.gt(latest), REMEDIATION_JOURNAL.REQUESTED_AT)
                .otherwise(REMEDIATION_JOURNAL.FINISHED_AT);
        return db.select(REMEDIATION_JOURNAL.REPLACEMENT_UID, REMEDIATION_JOURNAL.PODS_BEFORE, ended)
                .from(REMEDIATION_JOURNAL)
                .where(REMEDIATION_JOURNAL.CLUSTER.eq(cluster))
                .and(REMEDIATION_JOURNAL.OWNER_UID.eq(entry.owner()))
                .and(REMEDIATION_JOURNAL
                        .REPLACEMENT_UID
                        .isNotNull()
                        .or(REMEDIATION_JOURNAL.OUTCOME.eq(Outcome.NOT_REPLACED).and(ended.gt(since))))
                .orderBy(ended.desc())
                .limit(1)
                .fetchOne(row -> new Succession(
                        row.value1(), Set.of(row.value2()), row.value3().isAfter(since)));
    }

    /** The namespaces of the Pods that evictions were sent for since then, one for each, with the time. */
    List<Map.Entry<String, Instant>> evictionsSince(Instant time) {
        Field<String> namespace =
                DSL.field("{0} #>> '{data,pod,namespace}'", String.class, REMEDIATION_JOURNAL.REQUEST);
        return db.select(namespace, REMEDIATION_JOURNAL.EVICTED_AT)
                .from(REMEDIATION_JOURNAL)
                .where(REMEDIATION_JOURNAL.CLUSTER.eq(cluster))
                .and(REMEDIATION_JOURNAL.EVICTED_AT.gt(time))
                .fetch(row -> Map.entry(row.value1(), row.value2()));
    }

    /** Forgets what was done and can no longer come again. */
    void forgetBefore(Instant expired) {
        db.deleteFrom(REMEDIATION_JOURNAL)
                .where(REMEDIATION_JOURNAL.CLUSTER.eq(cluster))
                .and(REMEDIATION_JOURNAL.STEP.eq(text(Step.DONE)))
                .and(REMEDIATION_JOURNAL.EXPIRES_AT.lt(expired))
                .and(REMEDIATION_JOURNAL.FINISHED_AT.lt(expired))
                .execute();
    }

    private Condition is(Entry entry) {
        return REMEDIATION_JOURNAL
                .CLUSTER
                .eq(cluster)
                .and(REMEDIATION_JOURNAL.WEBHOOK.eq(entry.source().webhook()))
                .and(REMEDIATION_JOURNAL.REQUEST_ID.eq(entry.request().requestId()));
    }

    private Entry entry(RemediationJournalRecord row) {
        try {
            CloudEvent request = event(row.getRequest());
            UUID[] before = row.getPodsBefore();
            return new Entry(
                    request.source(),
                    (RecreationRequest) request.data(),
                    Step.valueOf(row.getStep().toUpperCase(Locale.ROOT)),
                    before == null ? Set.of() : Set.of(before),
                    row.getStamp(),
                    row.getSpec() == null ? null : row.getSpec().data(),
                    row.getEvictedAt(),
                    row.getResult() == null
                            ? null
                            : (RecreationResult) event(row.getResult()).data());
        } catch (InvalidEventException e) {
            throw new IllegalStateException("the journal holds what was never written to it", e);
        }
    }

    private CloudEvent event(JSONB json) throws InvalidEventException {
        return codec.decode(json.data().getBytes(StandardCharsets.UTF_8));
    }

    private JSONB json(CloudEvent event) {
        return JSONB.jsonb(new String(codec.encode(event), StandardCharsets.UTF_8));
    }

    private static @Nullable UUID replacement(@Nullable RecreationResult result) {
        return result == null || result.replacement() == null
                ? null
                : result.replacement().uid();
    }

    /** A time as the database holds it, so that it is found again. */
    private static @Nullable Instant stored(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.MICROS);
    }

    private static String text(Step step) {
        return step.name().toLowerCase(Locale.ROOT);
    }
}
