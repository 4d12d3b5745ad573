package dev.injectionauditor.schema;

import org.jspecify.annotations.Nullable;

/** Checks that records make on what a decoder hands them: a missing JSON field arrives as {@code null}. */
final class Required {

    private Required() {}

    static void required(String field, @Nullable Object value) {
        if (value == null) {
            throw new IllegalArgumentException(field + " is missing");
        }
    }

    static void notNegative(String field, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(field + " is negative");
        }
    }
}
