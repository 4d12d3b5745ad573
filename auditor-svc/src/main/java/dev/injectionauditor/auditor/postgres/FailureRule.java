package dev.injectionauditor.auditor.postgres;

import dev.injectionauditor.service.Failures;
import java.time.DateTimeException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides what is to blame if records cannot be written: they, or what is around them. Of a record that is written by
 * itself, the answer says whether it is set aside or tried again, and both can be wrong: a good record that is set
 * aside is lost to the history, a bad one that is tried again stops its member for good. So what is around is blamed
 * where it is known to fail in this way, whatever the record; the record is blamed for all else.
 */
final class FailureRule {

    /** Stands for an SQLSTATE that nobody told: the driver or the pool failed on its own. */
    static final String NO_STATE = "00000";

    /** Classes of SQLSTATE that tell of what would happen to any record, now or until somebody helps. */
    private static final Set<String> AROUND = Set.of(
            "00", "01", "02", // no failure at all
            "03", "07", "0B", "24", "25", "26", "2D", "3B", // session out of step; read-only
            "08", // connection
            "0A", // a plan made before the schema changed
            "0L", "0P", "28", // rights and roles
            "2F", "34", "38", "39", // functions of the database
            "3D", "3F", "42", // another schema than this software knows, or no right to it
            "40", // rolled back for others: deadlock, serialization
            "53", // disk, memory or connections used up
            "55", // locked, or not ready
            "57", // shut down, or cancelled by an operator or a time limit
            "58", "72", "F0", "HV", // system, configuration
            "99", // the driver
            "XX"); // internal: also a table that was dropped meanwhile, and broken storage

    /** The class of SQLSTATE that tells of a name or password that the server does not accept. */
    private static final String REFUSED = "28";

    private FailureRule() {}

    /** What is to blame. */
    enum Blame {
        /** The record: it would fail again, however often it is tried. */
        RECORD,
        /** What is around: it may succeed later, and others would fail now. */
        SURROUNDINGS
    }

    /**
     * Decides.
     *
     * @param failure of the attempt to write
     * @param sqlState what the database or its driver calls it, {@link #NO_STATE} if they do not say; null if they had
     *     no part in it
     */
    static Blame decide(RuntimeException failure, @Nullable String sqlState) {
        if (hasCause(failure, InterruptedException.class)) {
            return Blame.SURROUNDINGS;
        }
        if (sqlState == null) {
            return Blame.RECORD;
        }
        if (sqlState.equals(NO_STATE)) {
            // A value that has no form in the database is found by jOOQ or by the driver.
            boolean isForAValue = hasCause(failure, DateTimeException.class)
                    || hasCause(failure, ArithmeticException.class)
                    || hasCause(failure, IllegalArgumentException.class);
            return isForAValue ? Blame.RECORD : Blame.SURROUNDINGS;
        }
        return AROUND.contains(sqlState.substring(0, 2)) ? Blame.SURROUNDINGS : Blame.RECORD;
    }

    /** Whether the server is away or in trouble: nobody else would get on with it either. */
    static boolean isInTrouble(String sqlState) {
        return AROUND.contains(sqlState.substring(0, 2)) && !isRefused(sqlState);
    }

    /** Whether the server turns this process away, which another one may be spared that knows a newer password. */
    static boolean isRefused(String sqlState) {
        return sqlState.startsWith(REFUSED);
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> type) {
        return Failures.withCauses(failure).anyMatch(type::isInstance);
    }
}
