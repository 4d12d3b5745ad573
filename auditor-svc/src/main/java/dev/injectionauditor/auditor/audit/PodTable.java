package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;

import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The table {@code pod}. Every method takes the caller's transaction. */
final class PodTable {

    // In line, so that PostgreSQL sees that the partial index fits.
    private static final Condition NOT_APPLIED = POD.VERDICT.in(inline(Verdict.MISSED), inline(Verdict.PRESET));

    static final Condition MISSED_AND_ACTIVE = condition(POD.MISSED_ACTIVE);

    private PodTable() {}

    /**
     * The stored Pods that these observations are of, and all those that carry the stamp of one of them or of an
     * observation, as far as that may change a verdict.
     */
    static List<StoredPod> load(DSLContext tx, int webhook, List<PodObservation> observations) {
        if (observations.isEmpty()) {
            return List.of();
        }
        Set<Instant> times =
                observations.stream().map(PodObservation::createdAt).collect(Collectors.toSet());
        List<StoredPod> pods = fetch(
                tx,
                webhook,
                POD.POD_UID
                        .eq(any(observations.stream()
                                .map(observation -> observation.pod().uid())
                                .distinct()
                                .toArray(UUID[]::new)))
                        .and(POD.CREATED_AT.eq(any(times.toArray(Instant[]::new))))
                        .and(Partitions.span(POD.CREATED_AT, times)));
        UUID[] stamps = stampsInQuestion(observations, pods);
        List<StoredPod> all = new ArrayList<>(pods);
        if (stamps.length > 0) {
            all.addAll(fetch(tx, webhook, POD.STAMP.eq(any(stamps))));
        }
        return all;
    }

    /**
     * The stamps that may turn out to be another Pod's. Not in question is that of a Pod which is stored with it as
     * injected: nobody else that is stored has a better right to it, and for who comes with the same it is in question.
     */
    private static UUID[] stampsInQuestion(List<PodObservation> observations, List<StoredPod> pods) {
        Map<UUID, StoredPod> stored = pods.stream()
                .collect(Collectors.toMap(pod -> pod.facts().pod().uid(), pod -> pod, (one, other) -> one));
        Set<UUID> stamps = new LinkedHashSet<>();
        for (PodObservation observation : observations) {
            StoredPod before = stored.get(observation.pod().uid());
            if (before == null) {
                stamps.add(observation.stamp());
            } else if (observation.scope().exemption() != null
                    || !Objects.equals(observation.stamp(), before.facts().stamp())
                    || !before.verdict().restsOnStamp()) {
                stamps.add(observation.stamp());
                stamps.add(before.facts().stamp());
            }
        }
        stamps.remove(null);
        return stamps.toArray(UUID[]::new);
    }

    /** Whether there is a Pod with a missed call from one time to another, both inclusive. */
    static boolean isAnyNotApplied(DSLContext tx, int webhook, Instant from, Instant until) {
        return tx.fetchExists(
                POD, POD.WEBHOOK_ID.eq(webhook).and(NOT_APPLIED).and(POD.CREATED_AT.between(from, until)));
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

    /**
     * Writes the changes.
     *
     * @param now by the clock of the auditor
     */
    static void write(DSLContext tx, int webhook, List<PodChange> changes, Instant now) {
        List<PodChange> gone =
                changes.stream().filter(change -> change.after() == null).toList();
        if (!gone.isEmpty()) {
            tx.deleteFrom(POD)
                    .using(Rows.of(POD, gone)
                            .each(POD.POD_UID, PodChange::uid)
                            .each(POD.CREATED_AT, change -> change.facts().createdAt())
                            .asTable())
                    .where(POD.WEBHOOK_ID.eq(webhook))
                    .and(POD.POD_UID.eq(Rows.valueOf(POD.POD_UID)))
                    .and(POD.CREATED_AT.eq(Rows.valueOf(POD.CREATED_AT)))
                    .execute();
        }
        Map<Boolean, List<StoredPod>> written = changes.stream()
                .filter(change -> change.after() != null)
                .collect(Collectors.partitioningBy(
                        change -> change.before() == null, Collectors.mapping(PodChange::after, Collectors.toList())));
        // Nobody else can have added them: whoever changes the history of a webhook has its lock.
        add(tx, webhook, written.get(true), now);
        replace(tx, webhook, written.get(false), now);
    }

    private static void add(DSLContext tx, int webhook, List<StoredPod> pods, Instant now) {
        if (!pods.isEmpty()) {
            rows(webhook, pods, now).add(tx);
        }
    }

    private static void replace(DSLContext tx, int webhook, List<StoredPod> pods, Instant now) {
        if (!pods.isEmpty()) {
            rows(webhook, pods, now)
                    .insertInto(tx)
                    .onConflict(POD.WEBHOOK_ID, POD.POD_UID, POD.CREATED_AT)
                    .doUpdate()
                    .setAllToExcluded()
                    // The flag is about the stamp, and stays as long as the verdict rests on the same one.
                    .set(
                            POD.UNCONFIRMED,
                            field(condition(POD.UNCONFIRMED)
                                    .and(POD.STAMP.eq(excluded(POD.STAMP)))
                                    .and(excluded(POD.VERDICT).in(Verdict.INJECTED, Verdict.INCOMPLETE))))
                    .execute();
        }
    }

    /** Writes nothing but the causes. */
    static void writeCauses(DSLContext tx, int webhook, List<PodChange> changes) {
        if (!changes.isEmpty()) {
            tx.update(POD)
                    .set(POD.CAUSE, Rows.valueOf(POD.CAUSE))
                    .from(Rows.of(POD, changes)
                            .each(POD.POD_UID, PodChange::uid)
                            .each(POD.CREATED_AT, change -> change.facts().createdAt())
                            .each(
                                    POD.CAUSE,
                                    change -> Objects.requireNonNull(change.after())
                                            .cause())
                            .asTable())
                    .where(POD.WEBHOOK_ID.eq(webhook))
                    .and(POD.POD_UID.eq(Rows.valueOf(POD.POD_UID)))
                    .and(POD.CREATED_AT.eq(Rows.valueOf(POD.CREATED_AT)))
                    .execute();
        }
    }

    private static Rows<PodRecord, StoredPod> rows(int webhook, List<StoredPod> pods, Instant now) {
        return Rows.of(POD, pods)
                .all(POD.WEBHOOK_ID, webhook)
                .each(POD.POD_UID, pod -> pod.facts().pod().uid())
                .each(POD.NAMESPACE, pod -> pod.facts().pod().namespace())
                .each(POD.POD_NAME, pod -> pod.facts().pod().name())
                .each(POD.OWNER_API_VERSION, ofOwner(OwnerRef::apiVersion))
                .each(POD.OWNER_KIND, ofOwner(OwnerRef::kind))
                .each(POD.OWNER_NAME, ofOwner(OwnerRef::name))
                .each(POD.OWNER_UID, ofOwner(OwnerRef::uid))
                .each(POD.CREATED_AT, pod -> pod.facts().createdAt())
                .each(POD.RESOURCE_VERSION, pod -> pod.facts().resourceVersion())
                .each(POD.STAMP, pod -> pod.facts().stamp())
                .each(POD.CONTAINERS, pod -> pod.facts().containers())
                .each(POD.LACKING, pod -> pod.facts().lacking().toArray(String[]::new))
                .each(POD.BY_POLICY, pod -> pod.facts().byPolicy())
                .each(POD.IN_FORCE_SINCE, pod -> pod.facts().inForceSince())
                .each(POD.LIFECYCLE, StoredPod::lifecycle)
                .each(POD.LIFECYCLE_VERSION, StoredPod::lifecycleVersion)
                .each(POD.VERDICT, StoredPod::verdict)
                .each(POD.CAUSE, StoredPod::cause)
                .all(POD.UNCONFIRMED, false)
                .all(POD.STORED_AT, now)
                .each(POD.RECREATION_MODE, pod -> pod.recreation().mode())
                .each(POD.NEVER_RECREATE, pod -> pod.recreation().exempt())
                .each(POD.SYSTEM_CRITICAL, pod -> pod.recreation().systemCritical());
    }

    private static <T> Function<StoredPod, @Nullable T> ofOwner(Function<OwnerRef, T> value) {
        return pod ->
                pod.facts().owner() == null ? null : value.apply(pod.facts().owner());
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
