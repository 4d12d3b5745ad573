package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.auditor.db.tables.records.OutageRecord;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.WatchedWebhook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the outage windows in the database equal to those that the whole evidence shows, by computing anew only the
 * part of the history that changed evidence can touch. Used for one webhook in one transaction.
 */
final class OutageHistory {

    /** Changes closer together than this are computed together. */
    private static final Duration TOGETHER = Duration.ofSeconds(30);

    private static final UUID NO_EVIDENCE = new UUID(0, 0);

    private final WatchedWebhook source;
    private final int webhook;
    private final Duration quietPeriod;
    private final EvidenceTable evidence;
    private final OutageTable outages;
    private final Map<UUID, Optional<OutageRecord>> before = new HashMap<>();
    private final Map<UUID, Optional<OutageRecord>> after = new HashMap<>();

    OutageHistory(DSLContext tx, WatchedWebhook source, int webhook, Duration quietPeriod) {
        this.source = source;
        this.webhook = webhook;
        this.quietPeriod = quietPeriod;
        this.evidence = new EvidenceTable(tx, webhook);
        this.outages = new OutageTable(tx, webhook);
    }

    /**
     * Brings the windows up to date with evidence that is in the tables already.
     *
     * @param changes what was written
     * @return every window that is now another than before, removed ones first
     */
    List<Outage> update(List<PodChange> changes) {
        List<Evidence> changed = changes.stream()
                .filter(change -> !PodChange.evidence(change.before()).equals(PodChange.evidence(change.after())))
                .flatMap(change -> Stream.concat(
                        PodChange.evidence(change.before()).stream(), PodChange.evidence(change.after()).stream()))
                .sorted()
                .toList();
        int start = 0;
        for (int next = 1; next <= changed.size(); next++) {
            boolean apart = next == changed.size()
                    || Duration.between(
                                            changed.get(next - 1).at(),
                                            changed.get(next).at())
                                    .compareTo(TOGETHER)
                            > 0;
            if (apart) {
                updateAround(changed.subList(start, next));
                start = next;
            }
        }
        return published();
    }

    private void updateAround(List<Evidence> changed) {
        Instant first = changed.getFirst().at();
        Instant last = changed.getLast().at();
        if (changed.stream().allMatch(Evidence::applied) && !outages.isTouchedByAppliedIn(first, last)) {
            return;
        }
        Instant from = lowerCut(first);
        Instant until = upperCut(last);
        List<Evidence> region = new ArrayList<>();
        evidence.lastAppliedBefore(from).map(OutageHistory::applied).ifPresent(region::add);
        region.addAll(evidence.between(from, until));
        if (until != null) {
            evidence.firstAppliedAfter(until).map(OutageHistory::applied).ifPresent(region::add);
        }
        replace(outages.startedBetween(from, until), OutageWindows.of(region, quietPeriod));
    }

    /** From where on evidence must be looked at: no window before it can be touched by a change at {@code first}. */
    private Instant lowerCut(Instant first) {
        OutageRecord window = outages.lastStartedBy(first).orElse(null);
        if (window == null || isQuietBetween(window.getEndedBefore(), first)) {
            return first;
        }
        return window.getStartedBy();
    }

    /** Up to where evidence must be looked at; null for all of it. */
    private @Nullable Instant upperCut(Instant last) {
        OutageRecord window = outages.lastStartedBy(last).orElse(null);
        if (window != null && window.getEndedBefore() == null) {
            return null;
        }
        if (window != null && window.getEndedBefore().isAfter(last)) {
            return window.getEndedBefore();
        }
        OutageRecord next = outages.firstStartedAfter(last).orElse(null);
        if (next == null || isQuietBetween(evidence.firstAppliedAfter(last).orElse(null), next.getStartedBy())) {
            return last;
        }
        return next.getEndedBefore();
    }

    private boolean isQuietBetween(@Nullable Instant applied, Instant notApplied) {
        return applied != null && !applied.plus(quietPeriod).isAfter(notApplied);
    }

    /** Stands for an applied call at the edge of a region, of which only the time matters. */
    private static Evidence applied(Instant at) {
        return new Evidence(at, 0, NO_EVIDENCE, Evidence.Kind.APPLIED);
    }

    private void replace(Map<UUID, OutageRecord> old, List<OutageWindow> windows) {
        Map<UUID, OutageRecord> now = new HashMap<>();
        windows.stream().map(this::record).forEach(record -> now.put(record.getOutageId(), record));
        List<UUID> gone =
                old.keySet().stream().filter(id -> !now.containsKey(id)).toList();
        List<OutageRecord> changed = now.values().stream()
                .filter(record -> !record.equals(old.get(record.getOutageId())))
                .toList();
        outages.delete(gone);
        outages.write(changed);
        Stream.concat(gone.stream(), changed.stream().map(OutageRecord::getOutageId))
                .forEach(id -> {
                    before.putIfAbsent(id, Optional.ofNullable(old.get(id)));
                    after.put(id, Optional.ofNullable(now.get(id)));
                });
    }

    private OutageRecord record(OutageWindow window) {
        return new OutageRecord(
                id(source, window.first()),
                webhook,
                window.startedAfter(),
                window.startedBy(),
                window.endedAfter(),
                window.endedBefore(),
                window.missed(),
                window.preset(),
                window.applied());
    }

    /** The identity of a window: a function of its first not-applied evidence. */
    static UUID id(WatchedWebhook source, UUID firstNotApplied) {
        return UUID.nameUUIDFromBytes(
                (source.source() + "/outages/" + firstNotApplied).getBytes(StandardCharsets.UTF_8));
    }

    private List<Outage> published() {
        List<Outage> changed = new ArrayList<>();
        before.forEach((id, old) -> {
            Optional<OutageRecord> now = after.get(id);
            if (now.isPresent() && !now.equals(old)) {
                changed.add(outage(
                        now.get(), now.get().getEndedBefore() == null ? Outage.State.OPEN : Outage.State.CLOSED));
            } else if (now.isEmpty() && old.isPresent()) {
                changed.add(outage(old.get(), Outage.State.REMOVED));
            }
        });
        changed.sort(Comparator.comparing((Outage outage) -> outage.state() != Outage.State.REMOVED)
                .thenComparing(Outage::startedBy));
        return changed;
    }

    private static Outage outage(OutageRecord record, Outage.State state) {
        return new Outage(
                record.getOutageId(),
                state,
                record.getStartedAfter(),
                record.getStartedBy(),
                record.getEndedAfter(),
                record.getEndedBefore(),
                record.getApplied() == 0 ? Outage.Coverage.FULL : Outage.Coverage.PARTIAL,
                record.getMissed(),
                record.getPreset(),
                record.getApplied());
    }
}
