package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
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

    private final Outbox outbox;
    private final Duration quietPeriod;
    private final InstantSource clock;

    /** @param quietPeriod how long calls must be applied again before an outage counts as over */
    History(Outbox outbox, Duration quietPeriod, InstantSource clock) {
        this.outbox = outbox;
        this.quietPeriod = quietPeriod;
        this.clock = clock;
    }

    /**
     * What a batch did, for logs and metrics.
     *
     * @param verdicts how many Pods got each verdict that they did not have before
     */
    record Effects(Map<Verdict, Long> verdicts, List<Event> published) {}

    /** @throws ConsumerOffsets.ConflictException if another member was faster; the transaction must roll back */
    Effects apply(DSLContext tx, Batch batch) {
        ConsumerOffsets.advance(tx, batch.offsets());
        setAside(tx, batch.poison());
        List<PodChange> changes = new ArrayList<>();
        List<Event> published = new ArrayList<>();
        batch.webhooks().forEach((source, events) -> apply(tx, source, events, changes, published));
        return new Effects(newVerdicts(changes), published);
    }

    private void apply(
            DSLContext tx,
            WatchedWebhook source,
            Batch.Events events,
            List<PodChange> allChanges,
            List<Event> allPublished) {
        int webhook = webhookId(tx, source);
        AdmissionTable.write(tx, webhook, events.admissions());
        SignalTables.write(tx, webhook, events.signals());
        RecreationTable.writeRequests(tx, webhook, events.requests());
        RecreationTable.writeResults(tx, webhook, events.results());

        List<PodChange> judged = new PodJudge(known(tx, webhook, events)).judge(events.pods());
        List<PodChange> changes = CauseFinder.assign(tx, webhook, judged).stream()
                .filter(PodChange::isChange)
                .toList();
        PodTable.write(tx, webhook, changes);
        List<Event> published = new ArrayList<>(missed(changes));
        published.addAll(new OutageHistory(tx, source, webhook, quietPeriod).update(changes));
        outbox.add(tx, source, published);
        allChanges.addAll(changes);
        allPublished.addAll(published);
    }

    /** The stored Pods that these events can change. */
    private static List<StoredPod> known(DSLContext tx, int webhook, Batch.Events events) {
        Map<UUID, StoredPod> known = new LinkedHashMap<>();
        Stream.of(
                        PodTable.load(
                                tx,
                                webhook,
                                events.pods().stream()
                                        .map(observation -> observation.pod().uid())
                                        .collect(Collectors.toSet()),
                                events.pods().stream()
                                        .map(PodObservation::stamp)
                                        .filter(Objects::nonNull)
                                        .collect(Collectors.toSet())),
                        PodTable.notAppliedNamedIn(tx, webhook, events.admissions()),
                        firstEndpointChange(events.signals())
                                .map(since -> PodTable.notAppliedSince(tx, webhook, since))
                                .orElse(List.of()))
                .flatMap(List::stream)
                .forEach(pod -> known.put(pod.facts().pod().uid(), pod));
        return List.copyOf(known.values());
    }

    private static Optional<Instant> firstEndpointChange(List<Signal> signals) {
        return signals.stream()
                .filter(Signal.Endpoints.class::isInstance)
                .map(signal -> signal.time().minus(CauseFinder.TIMESTAMP_RESOLUTION))
                .min(Instant::compareTo);
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
                .collect(Collectors.groupingBy(change -> change.after().verdict(), Collectors.counting()));
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

    private static int webhookId(DSLContext tx, WatchedWebhook source) {
        return find(tx, source).orElseGet(() -> {
            tx.insertInto(WATCHED_WEBHOOK, WATCHED_WEBHOOK.CLUSTER, WATCHED_WEBHOOK.WEBHOOK)
                    .values(source.cluster(), source.webhook())
                    .onConflictDoNothing()
                    .execute();
            return find(tx, source).orElseThrow();
        });
    }

    private static Optional<Integer> find(DSLContext tx, WatchedWebhook source) {
        return tx.select(WATCHED_WEBHOOK.WEBHOOK_ID)
                .from(WATCHED_WEBHOOK)
                .where(WATCHED_WEBHOOK.CLUSTER.eq(source.cluster()))
                .and(WATCHED_WEBHOOK.WEBHOOK.eq(source.webhook()))
                .fetchOptional(WATCHED_WEBHOOK.WEBHOOK_ID);
    }
}
