package dev.injectionauditor.auditor.audit.cause;

import dev.injectionauditor.auditor.audit.cause.LateAnswers.Answer;
import dev.injectionauditor.auditor.audit.outage.EvidenceChange;
import dev.injectionauditor.auditor.audit.outage.EvidenceRows;
import dev.injectionauditor.auditor.audit.sql.ByWebhook;
import dev.injectionauditor.auditor.audit.sql.Span;
import dev.injectionauditor.auditor.audit.verdict.PodChange;
import dev.injectionauditor.auditor.audit.verdict.PodChanges;
import dev.injectionauditor.auditor.audit.verdict.PodFacts;
import dev.injectionauditor.auditor.audit.verdict.StoredPod;
import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * Brings the causes of missed calls up to date with a batch: those of its own Pods and those that its Pods, answers and
 * endpoint changes can touch. An instance is for one webhook in one transaction, after all else of the batch is written
 * but the evidence.
 */
public final class CauseUpdate {

    /** How far apart in time a Pod and an answer can be that are for each other. */
    private static final Duration REACH = LateAnswers.ANSWERED_AFTER.plus(LateAnswers.ANSWERED_BEFORE);

    private final DSLContext tx;
    private final int webhook;
    private final List<Admission> admissions;
    private final List<Signal> signals;
    private final List<PodChange> changed;
    private final Instant seenBefore;
    private final Instant seenUntil;
    private final Map<UUID, PodChange> changes = new LinkedHashMap<>();

    private CauseUpdate(
            DSLContext tx,
            int webhook,
            List<Admission> admissions,
            List<Signal> signals,
            List<PodChange> changed,
            Instant seenBefore) {
        this.tx = tx;
        this.webhook = webhook;
        this.admissions = admissions;
        this.signals = signals;
        this.changed = changed;
        this.seenBefore = seenBefore;
        this.seenUntil = seenUntil(signals, changed, seenBefore);
        changed.forEach(change -> changes.put(change.uid(), change));
    }

    /**
     * All changes of a batch, with the causes that hold now.
     *
     * @param admissions of the batch, like the other two
     */
    public static ByWebhook<PodChange> of(
            DSLContext tx, ByWebhook<Admission> admissions, ByWebhook<Signal> signals, ByWebhook<PodChange> changes) {
        Set<Integer> webhooks = new TreeSet<>(changes.webhooks());
        webhooks.addAll(admissions.webhooks());
        webhooks.addAll(signals.webhooks());
        Map<Integer, Instant> seen = EvidenceRows.last(tx, webhooks);
        Map<Integer, CauseUpdate> updates = new TreeMap<>();
        for (int webhook : webhooks) {
            updates.put(
                    webhook,
                    new CauseUpdate(
                            tx,
                            webhook,
                            admissions.get(webhook),
                            signals.get(webhook),
                            changes.get(webhook),
                            seen.getOrDefault(webhook, Instant.EPOCH)));
        }
        Map<Integer, Span> reach = new HashMap<>();
        updates.forEach((webhook, update) -> update.reach().ifPresent(span -> reach.put(webhook, span)));
        NotAppliedPods.webhooksWithAny(tx, reach)
                .forEach(webhook -> updates.get(webhook).answered(reach.get(webhook)));
        updates.values().forEach(CauseUpdate::endpoints);
        return ByWebhook.of(updates, update -> update.changes.values());
    }

    private static Instant seenUntil(List<Signal> signals, List<PodChange> changes, Instant seenBefore) {
        return Stream.concat(
                        changes.stream()
                                .flatMap(change -> change.evidence().stream())
                                .map(EvidenceChange::at),
                        signals.stream().filter(Signal.Probe.class::isInstance).map(Signal::time))
                .filter(seenBefore::isBefore)
                .max(Instant::compareTo)
                .orElse(seenBefore);
    }

    /** The time of the Pods whose cause may be another now because of answers. */
    private Optional<Span> reach() {
        List<Instant> times = Stream.concat(
                        Stream.concat(
                                admissions.stream().map(Admission::answeredAt),
                                seenBefore.equals(Instant.EPOCH)
                                        ? Stream.of()
                                        : Stream.of(LateAnswers.settled(seenBefore), LateAnswers.settled(seenUntil))),
                        changed.stream().map(change -> change.facts().createdAt()))
                .toList();
        return times.isEmpty()
                ? Optional.empty()
                : Optional.of(new Span(
                        Collections.min(times).minus(REACH),
                        Collections.max(times).plus(REACH)));
    }

    private void answered(Span reach) {
        Instant first = reach.from();
        Instant last = reach.until();
        List<StoredPod> own = changed.stream()
                .map(PodChange::after)
                .filter(after -> after != null && after.verdict().isNotApplied())
                .toList();
        Candidates candidates = new Candidates();
        // What a Pod of the batch may take an answer from, or give one back to.
        NotAppliedPods.answeredLate(tx, webhook, first, last, Candidates.ofPods(changed))
                .forEach(candidates::add);
        UnusedAnswers unused = new UnusedAnswers(tx, webhook, LateAnswers.settled(seenUntil));
        Stream.of(
                        unused.of(admissions),
                        unused.settledSince(LateAnswers.settled(seenBefore)),
                        unused.fitting(own.stream().map(StoredPod::facts).toList()))
                .flatMap(List::stream)
                .forEach(candidates::add);
        // Others compete for the same answers, and others with them: one step further is read than is written.
        Map<UUID, StoredPod> pods = new LinkedHashMap<>();
        own.forEach(pod -> pods.put(pod.facts().pod().uid(), pod));
        NotAppliedPods.among(tx, webhook, first.minus(REACH), last.plus(REACH), candidates)
                .forEach(pod -> pods.put(pod.facts().pod().uid(), pod));
        assign(
                pods.values(),
                pods.values().stream()
                        .filter(pod -> !pod.facts().createdAt().isBefore(first)
                                && !pod.facts().createdAt().isAfter(last))
                        .toList());
    }

    /** The Pods that were created from the first change of endpoints on, until the first later one known before. */
    private void endpoints() {
        List<Instant> seen = signals.stream()
                .filter(Signal.Endpoints.class::isInstance)
                .map(Signal::time)
                .sorted()
                .toList();
        if (!seen.isEmpty()) {
            Instant first = seen.getFirst().minus(CauseFinder.TIMESTAMP_RESOLUTION);
            List<StoredPod> pods = NotAppliedPods.between(
                    tx, webhook, first, CauseFinder.nextEndpointsAfter(tx, webhook, seen.getLast()));
            if (!pods.isEmpty()) {
                Instant last = pods.stream()
                        .map(pod -> pod.facts().createdAt())
                        .max(Instant::compareTo)
                        .orElseThrow();
                assign(NotAppliedPods.between(tx, webhook, first.minus(REACH), last.plus(REACH)), pods);
            }
        }
    }

    private void assign(Collection<StoredPod> competing, Collection<StoredPod> pods) {
        if (pods.isEmpty()) {
            return;
        }
        List<PodFacts> facts = competing.stream().map(StoredPod::facts).toList();
        List<Answer> answers = new UnusedAnswers(tx, webhook, LateAnswers.settled(seenUntil)).fitting(facts);
        CauseFinder finder = CauseFinder.of(tx, webhook, facts, answers);
        List<PodChange> caused = new ArrayList<>();
        for (StoredPod pod : pods) {
            StoredPod now = finder.withCause(pod);
            if (!Objects.equals(now.cause(), pod.cause())) {
                caused.add(new PodChange(pod, now));
            }
            changes.merge(
                    now.facts().pod().uid(),
                    new PodChange(pod, now),
                    (known, update) -> new PodChange(known.before(), update.after()));
        }
        PodChanges.writeCauses(tx, webhook, caused);
        changes.values().removeIf(change -> !change.isChange());
    }
}
