package dev.injectionauditor.auditor.remediate;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Until when requests are left alone, in time since the start. It goes by a clock that only runs forward: whoever puts
 * the other one back must not stop all looks until it is there again.
 */
final class Pauses {

    private final LongSupplier nanoTime;
    private final long startedAt;
    private final Map<String, Duration> ends = new ConcurrentHashMap<>();

    /** @param nanoTime a clock that only runs forward, in nanoseconds */
    Pauses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.startedAt = nanoTime.getAsLong();
    }

    Duration now() {
        return Duration.ofNanos(nanoTime.getAsLong() - startedAt);
    }

    /** When the pause of a request ends; zero if it has none. */
    Duration endOf(String request) {
        return ends.getOrDefault(request, Duration.ZERO);
    }

    void begin(String request, Duration pause) {
        ends.put(request, now().plus(pause));
    }

    /** Forgets all others. */
    void keepOnly(Set<String> requests) {
        ends.keySet().retainAll(requests);
    }
}
