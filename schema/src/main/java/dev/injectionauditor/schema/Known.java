package dev.injectionauditor.schema;

import org.jspecify.annotations.Nullable;

/**
 * Remembers immutable values that events have in common, such as names and owners, so that thousands of events in
 * memory share one object of each. It remembers the last value of each of its places only. Safe for use by many
 * threads: a value that one of them misses is just not shared.
 */
final class Known {

    private static final int PLACES = 1 << 12;

    private final @Nullable Object[] values = new Object[PLACES];

    /** An equal value: this one, or one that was given before. Its fields are final. */
    @SuppressWarnings("unchecked")
    <T> T same(T value) {
        int hash = value.hashCode();
        int place = (hash ^ (hash >>> 12) ^ (hash >>> 24)) & (PLACES - 1);
        Object known = values[place];
        if (value.equals(known)) {
            return (T) known;
        }
        values[place] = value;
        return value;
    }
}
