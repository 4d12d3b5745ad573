package dev.injectionauditor.auditor.postgres;

import dev.injectionauditor.service.Failures;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What a failure tells of the server. One that is away is no reason to start a new process, which would wait for it as
 * well; one that refuses the password is, as passwords are read once, at the start.
 */
public final class Server {

    /** The SQLSTATE of a server that takes no connections yet. */
    public static final String CANNOT_CONNECT_NOW = "57P03";

    private Server() {}

    /**
     * Whether the failure is that the server is away, did not answer, or cannot do its work, as when it is read-only.
     */
    public static boolean isInTrouble(Throwable failure) {
        return sqlState(failure).filter(FailureRule::isInTrouble).isPresent();
    }

    /** Whether the failure is that the server refuses who asks. */
    public static boolean refuses(Throwable failure) {
        return sqlState(failure).filter(FailureRule::isRefused).isPresent();
    }

    /** Empty if the database had no part in it. */
    private static Optional<String> sqlState(Throwable failure) {
        return Failures.withCauses(failure)
                .filter(SQLException.class::isInstance)
                .map(SQLException.class::cast)
                .findFirst()
                .map(database -> {
                    // The pool names no state if it knows no other reason than that nothing came in time.
                    String state = database.getSQLState();
                    return state == null || state.isEmpty() ? FailureRule.NO_STATE : state;
                });
    }
}
