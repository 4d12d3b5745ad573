package dev.injectionauditor.service;

import java.util.stream.Stream;

/** Looks at failures, and tells them to people. */
public final class Failures {

    private static final int MAX_DEPTH = 5;

    private Failures() {}

    /** The failure and its causes, the last one being the first that happened. */
    public static Stream<Throwable> withCauses(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** The failure and its causes in one line, without stack traces. */
    public static String inOneLine(Throwable failure) {
        StringBuilder line = new StringBuilder();
        Throwable at = failure;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++, at = at.getCause()) {
            if (depth > 0) {
                line.append(" <- ");
            }
            line.append(at.getClass().getSimpleName());
            if (at.getMessage() != null) {
                line.append(": ").append(at.getMessage().replaceAll("\\s*\\R\\s*", " "));
            }
        }
        return line.toString();
    }
}
