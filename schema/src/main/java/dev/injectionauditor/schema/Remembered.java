package dev.injectionauditor.schema;

import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What texts that come again and again stand for, so that thousands of events in memory have one object of it. It
 * remembers the last text of each of its places only. Safe for use by many threads: entries are immutable, and who
 * misses one makes another.
 */
final class Remembered<T> {

    private static final int PLACES = 1 << 12;

    private final Function<String, T> meaning;

    @SuppressWarnings({"unchecked", "rawtypes"})
    private final @Nullable Entry<T>[] entries = new Entry[PLACES];

    private record Entry<T>(String text, T value) {}

    /** @param meaning makes what a text stands for, which is immutable */
    Remembered(Function<String, T> meaning) {
        this.meaning = meaning;
    }

    /** @throws RuntimeException what the function throws */
    T of(String text) {
        int hash = text.hashCode();
        int place = (hash ^ (hash >>> 16)) & (PLACES - 1);
        Entry<T> entry = entries[place];
        if (entry == null || !Objects.equals(entry.text(), text)) {
            entry = new Entry<>(text, meaning.apply(text));
            entries[place] = entry;
        }
        return entry.value();
    }
}
