package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static org.jooq.impl.DSL.excluded;

import dev.injectionauditor.auditor.audit.cause.CauseUpdate;
import dev.injectionauditor.auditor.audit.outage.Evidence;
import dev.injectionauditor.auditor.audit.outage.EvidenceChange;
import dev.injectionauditor.auditor.audit.outage.EvidenceRows;
import dev.injectionauditor.auditor.audit.outage.OutageUpdate;
import dev.injectionauditor.auditor.audit.outage.RetentionTable;
import dev.injectionauditor.auditor.audit.outbox.Publisher;
import dev.injectionauditor.auditor.audit.recreation.RecreationTable;
import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.WebhookTable;
import dev.injectionauditor.auditor.audit.verdict.AdmissionTable;
import dev.injectionauditor.auditor.audit.verdict.Half;
import dev.injectionauditor.auditor.audit.verdict.PodChange;
import dev.injectionauditor.auditor.audit.verdict.PodChanges;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import dev.injectionauditor.auditor.audit.verdict.PodJudge;
import dev.injectionauditor.auditor.audit.verdict.PodsInQuestion;
import dev.injectionauditor.auditor.audit.verdict.StoredPod;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Gives a batch of records all its effects: what was seen, verdicts, causes, outage windows, the events that tell of
 * them, and the offsets. Everything happens in the caller's transaction or not at all.
 */
final class History {

    private final Publisher publisher;
    private final HistoryPolicy policy;
    private final InstantSource clock;

    History(Publisher publisher, HistoryPolicy policy, InstantSource clock) {
        this.publisher = publisher;
        this.policy = policy;
        this.clock = clock;
    }

    /**
     * What a batch did, for logs and metrics.
     *
     * @param verdicts how many Pods got each verdict that they did not have before; of exempt ones nothing is known
     *     from before, so these count each time they are told to be active, which is once unless the observer starts
     *     anew
     */
    record Effects(Map<Verdict, Long> verdicts, List<Event> published) {}

    /** @throws ConsumerOffsets.ConflictException if another member was faster; the transaction must roll back */
    Effects apply(DSLContext tx, Batch batch) {
        // The statements are such that one plan will do for all values; PostgreSQL would plan most of them each time.
        tx.execute("set local plan_cache_mode = force_generic_plan");
        ConsumerOffsets.advance(tx, batch.offsets());
        setAside(tx, batch.poison());
        Map<Integer, WatchedWebhook> sources = new TreeMap<>();
        Map<Integer, Batch.Events> events = new TreeMap<>();
        WebhookTable.lock(tx, batch.webhooks().keySet()).forEach((source, webhook) -> {
            sources.put(webhook, source);
            events.put(webhook, batch.webhooks().get(source));
        });
        // Before anything else is read: who drops a partition begins with this row.
        Instant keptSince = RetentionTable.keptSince(tx);
        Instant now = clock.instant();
        store(tx, events, now);
        ByWebhook<PodChange> known = judge(tx, ByWebhook.of(events, Batch.Events::pods));
        ByWebhook<PodChange> judged = known.filter(PodChange::isChange);
        PodChanges.write(tx, judged, now);
        Half.CALLS.unflag(tx, judged.flatMap(History::stamp));
        ByWebhook<PodChange> changes = CauseUpdate.of(
                tx,
                ByWebhook.of(events, Batch.Events::admissions),
                ByWebhook.of(events, Batch.Events::signals),
                judged);
        ByWebhook<Outage> outages =
                OutageUpdate.of(tx, sources, evidence(tx, sources, events, changes, keptSince), policy.quietPeriod());
        List<Event> published = new ArrayList<>();
        sources.forEach((webhook, source) -> {
            List<Event> ofOne = new ArrayList<>(missed(changes.get(webhook)));
            ofOne.addAll(outages.get(webhook));
            publisher.add(tx, source, ofOne);
            published.addAll(ofOne);
        });
        Map<Verdict, Long> verdicts = newVerdicts(changes.all());
        verdicts.put(Verdict.EXEMPT, exempt(events, known));
        return new Effects(verdicts, published);
    }

    /** Stores what was seen, Pods aside. */
    private static void store(DSLContext tx, Map<Integer, Batch.Events> events, Instant now) {
        AdmissionTable.write(tx, ByWebhook.of(events, Batch.Events::admissions), now);
        SignalTables.write(tx, ByWebhook.of(events, Batch.Events::signals));
        events.forEach((webhook, ofOne) -> {
            RecreationTable.writeRequests(tx, webhook, ofOne.requests());
            RecreationTable.writeResults(tx, webhook, ofOne.results());
        });
    }

    /** What is known now of each Pod that is or was stored, causes aside. */
    private static ByWebhook<PodChange> judge(DSLContext tx, ByWebhook<PodObservation> pods) {
        ByWebhook<StoredPod> stored = PodsInQuestion.load(tx, pods);
        return pods.mapLists((webhook, seen) -> new PodJudge(stored.get(webhook)).judge(seen))
                .filter(PodChange::isOfStoredPod);
    }

    private static Stream<UUID> stamp(PodChange change) {
        return Stream.ofNullable(change.after())
                .map(after -> after.facts().stamp())
                .filter(Objects::nonNull);
    }

    private static long exempt(Map<Integer, Batch.Events> events, ByWebhook<PodChange> stored) {
        long exempt = 0;
        for (Map.Entry<Integer, Batch.Events> ofOne : events.entrySet()) {
            Set<UUID> pods = ofOne.getValue().pods().stream()
                    .filter(pod -> pod.lifecycle() == Lifecycle.ACTIVE)
                    .map(pod -> pod.pod().uid())
                    .collect(Collectors.toSet());
            stored.get(ofOne.getKey()).forEach(change -> pods.remove(change.uid()));
            exempt += pods.size();
        }
        return exempt;
    }

    private static ByWebhook<EvidenceChange> evidence(
            DSLContext tx,
            Map<Integer, WatchedWebhook> sources,
            Map<Integer, Batch.Events> events,
            ByWebhook<PodChange> changes,
            Instant keptSince) {
        ByWebhook<Evidence> probes = ByWebhook.of(events, Batch.Events::signals)
                .mapLists((webhook, signals) -> probes(sources.get(webhook), signals));
        ByWebhook<Evidence> known = EvidenceRows.stored(tx, probes);
        ByWebhook<EvidenceChange> added = probes.mapLists((webhook, ofOne) -> {
            Set<Evidence> unknown = new LinkedHashSet<>(ofOne);
            known.get(webhook).forEach(unknown::remove);
            return unknown.stream()
                    .map(probe -> new EvidenceChange(null, probe))
                    .toList();
        });
        return changes.flatMap(change -> change.evidence().stream())
                .and(added)
                .filter(change -> !change.at().isBefore(keptSince));
    }

    private static Set<Evidence> probes(WatchedWebhook source, List<Signal> signals) {
        return signals.stream()
                .filter(Signal.Probe.class::isInstance)
                .map(signal -> Evidence.of(source, (Signal.Probe) signal))
                .collect(Collectors.toSet());
    }

    private static List<MissedInjection> missed(List<PodChange> changes) {
        List<MissedInjection> events = new ArrayList<>();
        for (PodChange change : changes) {
            StoredPod before = change.before();
            StoredPod after = change.after();
            if (isMissed(after) && !(isMissed(before) && before.cause() == after.cause())) {
                events.add(missed(MissedInjection.Status.FOUND, after));
            } else if (isMissed(before) && !isMissed(after)) {
                events.add(missed(MissedInjection.Status.WITHDRAWN, before));
            }
        }
        return events;
    }

    private static boolean isMissed(@Nullable StoredPod pod) {
        return pod != null && pod.verdict() == Verdict.MISSED;
    }

    private static MissedInjection missed(MissedInjection.Status status, StoredPod pod) {
        PodFacts facts = pod.facts();
        return new MissedInjection(status, facts.pod(), facts.createdAt(), facts.owner(), pod.cause(), facts.lacking());
    }

    private static Map<Verdict, Long> newVerdicts(List<PodChange> changes) {
        return changes.stream()
                .filter(change -> change.after() != null
                        && (change.before() == null
                                || change.before().verdict() != change.after().verdict()))
                .collect(Collectors.groupingBy(
                        change -> change.after().verdict(), () -> new EnumMap<>(Verdict.class), Collectors.counting()));
    }

    private void setAside(DSLContext tx, List<Batch.Poison> poison) {
        for (Batch.Poison record : poison) {
            tx.insertInto(POISON_RECORD)
                    .values(
                            record.partition().topic(),
                            record.partition().partition(),
                            record.offset(),
                            record.reason(),
                            clock.instant())
                    // Of a topic that was made anew: another record was in this place.
                    .onConflict(POISON_RECORD.TOPIC, POISON_RECORD.PARTITION, POISON_RECORD.RECORD_OFFSET)
                    .doUpdate()
                    .set(POISON_RECORD.REASON, excluded(POISON_RECORD.REASON))
                    .set(POISON_RECORD.SET_ASIDE_AT, excluded(POISON_RECORD.SET_ASIDE_AT))
                    .where(POISON_RECORD.REASON.ne(excluded(POISON_RECORD.REASON)))
                    .execute();
        }
    }
}
