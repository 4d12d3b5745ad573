package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.row;

import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Row2;
import org.jspecify.annotations.Nullable;

/** The table {@code pod}. Every method takes the caller's transaction. */
final class PodTable {

    private PodTable() {}

    /** The stored Pods with one of these uids, and those that share a stamp with one of them or carry one of these. */
    static List<StoredPod> load(DSLContext tx, int webhook, Collection<UUID> uids, Collection<UUID> stamps) {
        List<StoredPod> pods = select(tx, webhook, POD.POD_UID.eq(any(uids.toArray(UUID[]::new))));
        UUID[] allStamps = Stream.concat(
                        stamps.stream(), pods.stream().map(pod -> pod.facts().stamp()))
                .filter(Objects::nonNull)
                .distinct()
                .toArray(UUID[]::new);
        List<StoredPod> all = new ArrayList<>(pods);
        if (allStamps.length > 0) {
            all.addAll(select(tx, webhook, POD.STAMP.eq(any(allStamps))));
        }
        return all;
    }

    /** The Pods with a missed call that one of these late answers could have been for. */
    static List<StoredPod> notAppliedNamedIn(DSLContext tx, int webhook, List<Admission> admissions) {
        List<Row2<String, String>> names = admissions.stream()
                .filter(admission -> admission.name() != null)
                .map(admission -> row(admission.namespace(), String.valueOf(admission.name())))
                .toList();
        return names.isEmpty()
                ? List.of()
                : select(
                        tx,
                        webhook,
                        POD.VERDICT
                                .in(Verdict.MISSED, Verdict.PRESET)
                                .and(row(POD.NAMESPACE, POD.POD_NAME).in(names)));
    }

    /** The Pods with a missed call that were created at this time or later. */
    static List<StoredPod> notAppliedSince(DSLContext tx, int webhook, Instant since) {
        return select(
                tx, webhook, POD.VERDICT.in(Verdict.MISSED, Verdict.PRESET).and(POD.CREATED_AT.ge(since)));
    }

    /** The missed Pods that are pending or running, oldest first. */
    static List<StoredPod> missedAndActive(DSLContext tx, int webhook) {
        return select(tx, webhook, POD.VERDICT.eq(Verdict.MISSED).and(POD.LIFECYCLE.eq(Lifecycle.ACTIVE))).stream()
                .sorted(Comparator.comparing(StoredPod::facts, PodFacts.CREATION))
                .toList();
    }

    private static List<StoredPod> select(DSLContext tx, int webhook, Condition condition) {
        return tx.selectFrom(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(condition)
                .fetch(PodTable::stored);
    }

    /** Writes the changes. */
    static void write(DSLContext tx, int webhook, List<PodChange> changes) {
        List<UUID> gone = changes.stream()
                .filter(change -> change.after() == null)
                .map(change -> change.before().facts().pod().uid())
                .toList();
        if (!gone.isEmpty()) {
            tx.deleteFrom(POD)
                    .where(POD.WEBHOOK_ID.eq(webhook))
                    .and(POD.POD_UID.in(gone))
                    .execute();
        }
        List<PodRecord> records = changes.stream()
                .filter(change -> change.after() != null)
                .map(change -> record(webhook, change.after()))
                .toList();
        if (!records.isEmpty()) {
            tx.insertInto(POD)
                    .columns(POD.fields())
                    .valuesOfRecords(records)
                    .onConflict(POD.WEBHOOK_ID, POD.POD_UID)
                    .doUpdate()
                    .setAllToExcluded()
                    .execute();
        }
    }

    private static PodRecord record(int webhook, StoredPod pod) {
        PodFacts facts = pod.facts();
        OwnerRef owner = facts.owner();
        PodRecord record = new PodRecord();
        record.setWebhookId(webhook);
        record.setPodUid(facts.pod().uid());
        record.setNamespace(facts.pod().namespace());
        record.setPodName(facts.pod().name());
        record.setOwnerApiVersion(owner == null ? null : owner.apiVersion());
        record.setOwnerKind(owner == null ? null : owner.kind());
        record.setOwnerName(owner == null ? null : owner.name());
        record.setOwnerUid(owner == null ? null : owner.uid());
        record.setCreatedAt(facts.createdAt());
        record.setResourceVersion(facts.resourceVersion());
        record.setStamp(facts.stamp());
        record.setContainers(facts.containers());
        record.setLacking(facts.lacking().toArray(String[]::new));
        record.setInForceSince(facts.inForceSince());
        record.setLifecycle(pod.lifecycle());
        record.setLifecycleVersion(pod.lifecycleVersion());
        record.setVerdict(pod.verdict());
        record.setCause(pod.cause());
        return record;
    }

    private static StoredPod stored(PodRecord record) {
        return new StoredPod(
                new PodFacts(
                        new PodRef(record.getNamespace(), record.getPodName(), record.getPodUid()),
                        owner(record),
                        record.getCreatedAt(),
                        record.getResourceVersion(),
                        record.getStamp(),
                        record.getContainers(),
                        List.of(record.getLacking()),
                        record.getInForceSince()),
                record.getLifecycle(),
                record.getLifecycleVersion(),
                record.getVerdict(),
                record.getCause());
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
