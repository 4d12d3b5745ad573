package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;

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
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
        ConsumerOffsets.advance(tx, batch.offsets());
        setAside(tx, batch.poison());
        List<PodChange> changes = new ArrayList<>();
        List<Event> published = new ArrayList<>();
        long exempt = 0;
        // Always in the same order, so that two members with several webhooks in hand cannot block each other.
        List<WatchedWebhook> webhooks = batch.webhooks().keySet().stream()
                .sorted(Comparator.comparing(WatchedWebhook::source))
                .toList();
        for (WatchedWebhook source : webhooks) {
            exempt += apply(tx, source, batch.webhooks().get(source), changes, published);
        }
        Map<Verdict, Long> verdicts = newVerdicts(changes);
        verdicts.put(Verdict.EXEMPT, exempt);
        return new Effects(verdicts, published);
    }

    /** Returns the number of exempt Pods. */
    private long apply(
            DSLContext tx,
            WatchedWebhook source,
            Batch.Events events,
            List<PodChange> allChanges,
            List<Event> allPublished) {
        int webhook = WebhookTable.lock(tx, source);
        // Before anything else is read: who drops a partition begins with this row.
        Instant keptSince = RetentionTable.keptSince(tx);
        Instant now = clock.instant();
        AdmissionTable.write(tx, webhook, events.admissions(), now);
        SignalTables.write(tx, webhook, events.signals());
        RecreationTable.writeRequests(tx, webhook, events.requests());
        RecreationTable.writeResults(tx, webhook, events.results());

        List<PodChange> known = new PodJudge(PodTable.load(tx, webhook, events.pods()))
                .judge(events.pods()).stream().filter(PodChange::isOfStoredPod).toList();
        List<PodChange> judged = known.stream().filter(PodChange::isChange).toList();
        PodChanges.write(tx, webhook, judged, now);
        Half.CALLS.unflag(tx, webhook, stamps(judged));
        List<PodChange> changes = CauseUpdate.of(tx, webhook, events, judged);
        List<Event> published = new ArrayList<>(missed(changes));
        published.addAll(outages(tx, source, webhook, events, changes, keptSince));
        publisher.add(tx, source, published);
        allChanges.addAll(changes);
        allPublished.addAll(published);
        return exempt(events.pods(), known);
    }

    private static long exempt(List<PodObservation> pods, List<PodChange> known) {
        Set<UUID> exempt = pods.stream()
                .filter(pod -> pod.lifecycle() == Lifecycle.ACTIVE)
                .map(pod -> pod.pod().uid())
                .collect(Collectors.toSet());
        known.forEach(change -> exempt.remove(change.uid()));
        return exempt.size();
    }

    private List<Outage> outages(
            DSLContext tx,
            WatchedWebhook source,
            int webhook,
            Batch.Events events,
            List<PodChange> changes,
            Instant keptSince) {
        EvidenceTable evidence = new EvidenceTable(tx, webhook);
        List<EvidenceChange> evidenceChanges = Stream.concat(
                        changes.stream().flatMap(change -> change.evidence().stream()),
                        probes(evidence, source, events.signals()))
                .filter(change -> !change.at().isBefore(keptSince))
                .toList();
        return new OutageHistory(evidence, new OutageTable(tx, webhook), source, policy.quietPeriod())
                .update(evidenceChanges);
    }

    private static Stream<EvidenceChange> probes(EvidenceTable evidence, WatchedWebhook source, List<Signal> signals) {
        Set<Evidence> probes = signals.stream()
                .filter(Signal.Probe.class::isInstance)
                .map(signal -> Evidence.of(source, (Signal.Probe) signal))
                .collect(Collectors.toSet());
        probes.removeAll(evidence.stored(probes));
        return probes.stream().map(probe -> new EvidenceChange(null, probe));
    }

    private static List<UUID> stamps(List<PodChange> changes) {
        return changes.stream()
                .map(PodChange::after)
                .filter(Objects::nonNull)
                .map(after -> after.facts().stamp())
                .filter(Objects::nonNull)
                .toList();
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
                    .onConflictDoNothing()
                    .execute();
        }
    }
}
