package dev.injectionauditor.importer;

import org.jspecify.annotations.Nullable;

/**
 * A JSON text that is read once, from front to back. Each method but {@link #nextName} reads the value that is next.
 */
interface Json {

    /** Goes into an object; false, and the value is passed over, if it is anything else. */
    boolean enter();

    /** The next name of the object gone into last, with its value next; null at its end, which is left then. */
    @Nullable String nextName();

    /** A text; null, and passed over, if it is anything else. */
    @Nullable String text();

    /** A whole number; another value is passed over, and this one returned. */
    int integer(int other);

    /** Passes over a value. */
    void skip();
}
