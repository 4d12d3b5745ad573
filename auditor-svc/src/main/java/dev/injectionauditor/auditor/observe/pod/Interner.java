package dev.injectionauditor.auditor.observe.pod;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * Keeps one of many equal values, so that 150,000 Pods share their namespaces, owners and scopes. A value that nobody
 * else holds is forgotten. Used by one thread at a time.
 */
final class Interner {

    private final Map<Object, WeakReference<Object>> values = new WeakHashMap<>();

    /** The value that is kept and equals this one. */
    @SuppressWarnings("unchecked")
    <T> T intern(T value) {
        WeakReference<Object> reference = values.get(value);
        Object kept = reference == null ? null : reference.get();
        if (kept != null && kept.getClass() == value.getClass()) {
            return (T) kept;
        }
        values.put(value, new WeakReference<>(value));
        return value;
    }
}
