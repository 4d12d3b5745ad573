package dev.injectionauditor.auditor.audit.outage;

import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.WatchedWebhook;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Keeps the stored outage windows equal to those that the whole evidence shows, by looking only at what is near a
 * change. Used for one webhook in one transaction.
 */
final class OutageHistory {

    /** Changes no further apart than this are dealt with together, whatever is between them. */
    private static final Duration NEAR = Duration.ofSeconds(30);

    /** Pieces of evidence that are read faster than the ends of each group are looked up. */
    private static final int FEW = 10_000;

    private final EvidenceLog evidence;
    private final OutageLog outages;
    private final WatchedWebhook source;
    private final Duration quietPeriod;
    private final OutageChanges changes = new OutageChanges();

    OutageHistory(EvidenceLog evidence, OutageLog outages, WatchedWebhook source, Duration quietPeriod) {
        this.evidence = evidence;
        this.outages = outages;
        this.source = source;
        this.quietPeriod = quietPeriod;
    }

    /**
     * Writes changes of the evidence and brings the windows up to date with them.
     *
     * @return every window that is now another than before, removed ones first
     */
    List<Outage> update(Collection<EvidenceChange> ofEvidence) {
        List<EvidenceChange> sorted = sorted(ofEvidence);
        if (sorted.isEmpty()) {
            return List.of();
        }
        // Each step leaves the windows equal to the evidence written so far, so the steps may come in any order: first
        // the many that touch no window.
        Map<Boolean, List<EvidenceChange>> touching = touching(
                sorted, outages.around(sorted.getFirst().at(), sorted.getLast().at()));
        evidence.write(touching.get(false));
        return updateTouching(touching.get(true));
    }

    /** As above, for those that {@link #touching} told; the others have been written. */
    List<Outage> updateTouching(List<EvidenceChange> sorted) {
        groups(sorted, together(sorted)).forEach(this::updateAround);
        return changes.told();
    }

    /** What is to be done, in order of time. */
    static List<EvidenceChange> sorted(Collection<EvidenceChange> changes) {
        return changes.stream()
                .filter(EvidenceChange::isChange)
                .sorted(Comparator.comparing(EvidenceChange::at))
                .toList();
    }

    /**
     * Whether changes can touch windows.
     *
     * @param around the windows around all of them
     */
    static Map<Boolean, List<EvidenceChange>> touching(List<EvidenceChange> changes, List<OutageWindow> around) {
        return changes.stream()
                .collect(Collectors.partitioningBy(change -> !change.isOfAppliedOnly()
                        || around.stream().anyMatch(window -> window.isTouchedByApplied(change.at()))));
    }

    /** Changes that are no further apart than this are dealt with together: all of them if little is between them. */
    private Duration together(List<EvidenceChange> sorted) {
        if (sorted.isEmpty()) {
            return NEAR;
        }
        Instant first = sorted.getFirst().at();
        Instant last = sorted.getLast().at();
        Duration span = Duration.between(first, last);
        return span.compareTo(NEAR) > 0 && evidence.hasAtMost(FEW, first, last) ? span : NEAR;
    }

    private static List<List<EvidenceChange>> groups(List<EvidenceChange> sorted, Duration together) {
        List<List<EvidenceChange>> groups = new ArrayList<>();
        int start = 0;
        for (int next = 1; next <= sorted.size(); next++) {
            if (next == sorted.size()
                    || Duration.between(
                                            sorted.get(next - 1).at(),
                                            sorted.get(next).at())
                                    .compareTo(together)
                            > 0) {
                groups.add(sorted.subList(start, next));
                start = next;
            }
        }
        return groups;
    }

    private void updateAround(List<EvidenceChange> group) {
        evidence.write(group);
        Instant first = group.getFirst().at();
        Instant last = group.getLast().at();
        OutageRegion region = OutageRegion.read(evidence, first, last, quietPeriod);
        List<OutageWindow> old = stored(
                region.lower() == null ? first : region.lower().at(),
                region.upper() == null ? last : region.upper().at());
        replace(
                old,
                region.windows(
                        old,
                        group,
                        quietPeriod,
                        this::id,
                        () -> evidence.countAfter(region.upper(), old.getLast().endedAfter())));
    }

    private List<OutageWindow> stored(Instant from, Instant until) {
        return outages.around(from, until).stream()
                .filter(window -> !window.startedBy().isAfter(until)
                        && !window.endedAfter().isBefore(from))
                .sorted(Comparator.comparing(OutageWindow::startedBy))
                .toList();
    }

    private void replace(List<OutageWindow> old, List<OutageWindow> now) {
        Map<UUID, OutageWindow> oldById = byId(old);
        Map<UUID, OutageWindow> nowById = byId(now);
        List<UUID> gone =
                oldById.keySet().stream().filter(id -> !nowById.containsKey(id)).toList();
        List<OutageWindow> written =
                now.stream().filter(window -> !old.contains(window)).toList();
        if (gone.isEmpty() && written.isEmpty()) {
            return;
        }
        outages.replace(gone, written);
        gone.forEach(id -> changes.note(id, oldById.get(id), null));
        written.forEach(window -> changes.note(window.id(), oldById.get(window.id()), window));
    }

    private static Map<UUID, OutageWindow> byId(List<OutageWindow> windows) {
        return windows.stream().collect(Collectors.toMap(OutageWindow::id, window -> window));
    }

    /** The identity of a window: a function of its first not-applied evidence. */
    private UUID id(Evidence firstNotApplied) {
        String name = source.source() + "/outages/" + firstNotApplied.ref();
        // Clients choose the ids of audit events, and may choose one twice.
        String unique = firstNotApplied.source() == Evidence.Source.AUDIT ? name + "/" + firstNotApplied.at() : name;
        return UUID.nameUUIDFromBytes(unique.getBytes(StandardCharsets.UTF_8));
    }
}
