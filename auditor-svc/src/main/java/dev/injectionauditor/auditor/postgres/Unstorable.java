package dev.injectionauditor.auditor.postgres;

import java.time.DateTimeException;
import java.util.Optional;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Tells what PostgreSQL has no room for (a text with a NUL, a time that is too far away, a key that is too long) from
 * what it may take the next time.
 */
public final class Unstorable {

    private Unstorable() {}

    /**
     * Why something would not be stored however often it is tried, as far as that is known: one line that quotes no
     * payload, as a message of the database could.
     *
     * @return empty if something else is to blame, or if this thread is interrupted
     */
    public static Optional<String> reason(RuntimeException failure) {
        String state = sqlState(failure);
        return Thread.currentThread().isInterrupted()
                        || FailureRule.decide(failure, state) == FailureRule.Blame.SURROUNDINGS
                ? Optional.empty()
                : Optional.of("cannot be stored: " + what(failure, state));
    }

    private static String what(RuntimeException failure, @Nullable String state) {
        if (failure instanceof DateTimeException || failure instanceof ArithmeticException) {
            return "a number or time is out of range";
        }
        return state == null || state.equals(FailureRule.NO_STATE)
                ? failure.getClass().getSimpleName()
                : "SQLSTATE " + state;
    }

    private static @Nullable String sqlState(RuntimeException failure) {
        if (!(failure instanceof DataAccessException database)) {
            return null;
        }
        String state = database.sqlState();
        return state == null || state.isEmpty() ? FailureRule.NO_STATE : state;
    }
}
