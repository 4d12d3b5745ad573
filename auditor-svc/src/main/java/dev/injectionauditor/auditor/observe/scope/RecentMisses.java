package dev.injectionauditor.auditor.observe.scope;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Names that were looked up in vain a short while ago. Those of longer ago are forgotten with the next one, so what is
 * kept is bounded by the look-ups of that while. Safe for use by several threads.
 */
final class RecentMisses {

    private final Map<String, Instant> misses = new HashMap<>();
    private final Duration shortWhile;
    private final InstantSource clock;

    RecentMisses(Duration shortWhile, InstantSource clock) {
        this.shortWhile = shortWhile;
        this.clock = clock;
    }

    /** A name was not found just now. */
    synchronized void add(String name) {
        Instant now = clock.instant();
        misses.values().removeIf(miss -> !isRecent(miss, now));
        misses.put(name, now);
    }

    /** Whether a name was not found a short while ago. */
    synchronized boolean contains(String name) {
        Instant miss = misses.get(name);
        return miss != null && isRecent(miss, clock.instant());
    }

    /** A name is there. */
    synchronized void remove(String name) {
        misses.remove(name);
    }

    /** Number of names that are kept. */
    synchronized int size() {
        return misses.size();
    }

    /** A time to come, from before the clock was set back, is not recent. */
    private boolean isRecent(Instant miss, Instant now) {
        return !miss.isAfter(now) && now.isBefore(miss.plus(shortWhile));
    }
}
