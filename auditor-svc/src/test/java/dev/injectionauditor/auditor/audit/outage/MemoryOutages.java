package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Outage windows in memory. */
final class MemoryOutages implements OutageLog {

    private final Map<UUID, OutageWindow> windows = new HashMap<>();

    List<OutageWindow> all() {
        return windows.values().stream()
                .sorted(Comparator.comparing(OutageWindow::startedBy))
                .toList();
    }

    @Override
    public List<OutageWindow> around(Instant from, Instant until) {
        List<OutageWindow> around = new ArrayList<>();
        all().stream().filter(window -> window.startedBy().isBefore(from)).reduce((one, other) -> other).stream()
                .forEach(around::add);
        all().stream()
                .filter(window -> !window.startedBy().isBefore(from)
                        && !window.startedBy().isAfter(until))
                .forEach(around::add);
        all().stream().filter(window -> window.startedBy().isAfter(until)).findFirst().stream()
                .forEach(around::add);
        return around;
    }

    @Override
    public void replace(Collection<UUID> gone, Collection<OutageWindow> written) {
        if (!windows.keySet().containsAll(gone)) {
            throw new IllegalStateException("there is not all of " + gone);
        }
        windows.keySet().removeAll(gone);
        written.forEach(window -> windows.put(window.id(), window));
    }
}
