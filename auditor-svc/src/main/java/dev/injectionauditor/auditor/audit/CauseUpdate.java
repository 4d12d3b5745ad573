package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;

/**
 * Brings the causes of missed calls up to date with a batch: those of its own Pods and those that its Pods, answers and
 * endpoint changes can touch. Used for one webhook in one transaction, after all else of the batch is written.
 */
final class CauseUpdate {

    /** How far apart in time a Pod and an answer can be that are for each other. */
    private static final Duration REACH = LateAnswers.ANSWERED_AFTER.plus(LateAnswers.ANSWERED_BEFORE);

    private final DSLContext tx;
    private final int webhook;
    private final Map<UUID, PodChange> changes = new LinkedHashMap<>();

    private CauseUpdate(DSLContext tx, int webhook) {
        this.tx = tx;
        this.webhook = webhook;
    }

    /** All changes of the batch, with the causes that hold now. */
    static List<PodChange> of(DSLContext tx, int webhook, Batch.Events events, List<PodChange> changes) {
        CauseUpdate update = new CauseUpdate(tx, webhook);
        changes.forEach(change -> update.changes.put(change.uid(), change));
        update.answered(events.admissions(), changes);
        update.endpoints(events.signals());
        return List.copyOf(update.changes.values());
    }

    private void answered(List<Admission> admissions, List<PodChange> changed) {
        List<Instant> times = Stream.concat(
                        admissions.stream().map(Admission::answeredAt),
                        changed.stream().map(change -> change.facts().createdAt()))
                .sorted()
                .toList();
        if (times.isEmpty()) {
            return;
        }
        Instant first = times.getFirst().minus(REACH);
        Instant last = times.getLast().plus(REACH);
        if (!PodTable.isAnyNotApplied(tx, webhook, first, last)) {
            return;
        }
        // Others compete for the same answers, and others with them: one step further is read than is written.
        List<StoredPod> pods = PodTable.notAppliedAmong(
                tx, webhook, first.minus(REACH), last.plus(REACH), candidates(admissions, changed));
        assign(
                pods,
                pods.stream()
                        .filter(pod -> !pod.facts().createdAt().isBefore(first)
                                && !pod.facts().createdAt().isAfter(last))
                        .toList());
    }

    private static PodTable.Candidates candidates(List<Admission> admissions, List<PodChange> changed) {
        Set<PodTable.Name> names = new HashSet<>();
        Set<UUID> owners = new HashSet<>();
        Set<String> namespaces = new HashSet<>();
        for (Admission admission : admissions) {
            if (admission.name() != null) {
                names.add(new PodTable.Name(admission.namespace(), admission.name()));
            } else if (admission.owner() != null) {
                owners.add(admission.owner().uid());
            } else {
                namespaces.add(admission.namespace());
            }
        }
        for (PodChange change : changed) {
            PodFacts facts = change.facts();
            names.add(new PodTable.Name(facts.pod().namespace(), facts.pod().name()));
            OwnerRef owner = facts.owner();
            if (owner != null) {
                owners.add(owner.uid());
            } else {
                namespaces.add(facts.pod().namespace());
            }
        }
        return new PodTable.Candidates(names, owners, namespaces);
    }

    /** The Pods that were created from the first change of endpoints on, until the first later one known before. */
    private void endpoints(List<Signal> signals) {
        List<Instant> seen = signals.stream()
                .filter(Signal.Endpoints.class::isInstance)
                .map(Signal::time)
                .sorted()
                .toList();
        if (!seen.isEmpty()) {
            Instant first = seen.getFirst().minus(CauseFinder.TIMESTAMP_RESOLUTION);
            List<StoredPod> pods = PodTable.notAppliedBetween(
                    tx,
                    webhook,
                    first,
                    SignalTables.nextEndpointsAfter(tx, webhook, seen.getLast()).orElse(null));
            if (!pods.isEmpty()) {
                Instant last = pods.stream()
                        .map(pod -> pod.facts().createdAt())
                        .max(Instant::compareTo)
                        .orElseThrow();
                assign(PodTable.notAppliedBetween(tx, webhook, first.minus(REACH), last.plus(REACH)), pods);
            }
        }
    }

    private void assign(List<StoredPod> competing, Collection<StoredPod> pods) {
        if (pods.isEmpty()) {
            return;
        }
        CauseFinder finder = CauseFinder.of(
                tx, webhook, competing.stream().map(StoredPod::facts).toList());
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
        PodTable.writeCauses(tx, webhook, caused);
        changes.values().removeIf(change -> !change.isChange());
    }
}
