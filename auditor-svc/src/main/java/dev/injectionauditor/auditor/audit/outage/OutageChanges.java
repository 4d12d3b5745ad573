package dev.injectionauditor.auditor.audit.outage;

import dev.injectionauditor.schema.Outage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What became of the windows of a webhook in one transaction, in which each may change several times. */
final class OutageChanges {

    private final Map<UUID, Optional<OutageWindow>> before = new HashMap<>();
    private final Map<UUID, Optional<OutageWindow>> after = new HashMap<>();

    /**
     * Notes a change.
     *
     * @param old null if there was no such window
     * @param now null if there is none any more
     */
    void note(UUID id, @Nullable OutageWindow old, @Nullable OutageWindow now) {
        before.putIfAbsent(id, Optional.ofNullable(old));
        after.put(id, Optional.ofNullable(now));
    }

    /** What there is to tell: every window that is now another than before, removed ones first. */
    List<Outage> told() {
        List<Outage> changed = new ArrayList<>();
        before.forEach((id, old) -> {
            Optional<OutageWindow> now = after.get(id);
            if (now.isPresent() && !now.equals(old)) {
                changed.add(
                        outage(now.get(), now.get().endedBefore() == null ? Outage.State.OPEN : Outage.State.CLOSED));
            } else if (now.isEmpty() && old.isPresent()) {
                changed.add(outage(old.get(), Outage.State.REMOVED));
            }
        });
        changed.sort(Comparator.comparing((Outage outage) -> outage.state() != Outage.State.REMOVED)
                .thenComparing(Outage::startedBy));
        return changed;
    }

    private static Outage outage(OutageWindow window, Outage.State state) {
        return new Outage(
                window.id(),
                state,
                window.startedAfter(),
                window.startedBy(),
                window.endedAfter(),
                window.endedBefore(),
                window.calls().applied() == 0 ? Outage.Coverage.FULL : Outage.Coverage.PARTIAL,
                window.calls().missed(),
                window.calls().preset(),
                window.calls().probes(),
                window.calls().applied());
    }
}
