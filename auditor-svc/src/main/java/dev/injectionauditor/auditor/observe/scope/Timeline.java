package dev.injectionauditor.auditor.observe.scope;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What something was, in the order of resource versions: one order for all that a cluster stores, whichever watch tells
 * of it first. Keeps the latest {@value #MOST} values; what is older than all of them counts as the oldest. Written by
 * one thread, read by others.
 *
 * @param <T> an immutable value
 */
public final class Timeline<T> {

    private static final int MOST = 16;

    private volatile List<Entry<T>> entries = List.of();

    private record Entry<T>(long version, T value) {}

    /** Sets what it is from a version on. */
    void put(long version, T value) {
        List<Entry<T>> longer = new ArrayList<>(entries);
        longer.removeIf(entry -> entry.version >= version);
        longer.add(new Entry<>(version, value));
        entries = List.copyOf(longer.subList(Math.max(0, longer.size() - MOST), longer.size()));
    }

    /**
     * What it was when this version was written.
     *
     * @param unknown the answer if nothing has ever been put
     */
    T at(long version, T unknown) {
        List<Entry<T>> now = entries;
        for (Entry<T> entry : now.reversed()) {
            if (entry.version <= version) {
                return entry.value;
            }
        }
        return now.isEmpty() ? unknown : now.getFirst().value;
    }

    /** All values that are kept, oldest first. */
    Stream<T> values() {
        return entries.stream().map(Entry::value);
    }

    /** A resource version as a number (KEP-5504); {@link Long#MAX_VALUE}, so the latest, if it is none. */
    public static long version(String resourceVersion) {
        try {
            return Long.parseLong(resourceVersion);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
