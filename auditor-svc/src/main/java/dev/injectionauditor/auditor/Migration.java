package dev.injectionauditor.auditor;

import dev.injectionauditor.auditor.postgres.Server;
import dev.injectionauditor.service.Loop;
import java.sql.Connection;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date as soon as PostgreSQL is there. Until then, whoever uses the database fails, as if it
 * were away, or as it was refused. Not among the loops that must not hang: a migration may take its time.
 */
final class Migration implements Loop.Work {

    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    private final Database database;
    private final CountDownLatch end = new CountDownLatch(1);
    /** Of the last attempt; null if that did not fail. */
    private volatile @Nullable RuntimeException failure;

    Migration(Database database) {
        this.database = database;
    }

    /** Waits, so that nobody finds the database out of date where it is there from the beginning, but not for ever. */
    void await(Duration longest) {
        try {
            if (!end.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("The database is not up to date yet; the service starts without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean runOnce() {
        if (!isDone()) {
            try {
                database.migrate();
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
            end.countDown();
        }
        return false;
    }

    /** What whoever uses the database until then fails with. */
    private DataAccessException notDone() {
        RuntimeException last = failure;
        String message = "the database is not up to date yet";
        return new DataAccessException(
                message,
                last != null && Server.refuses(last)
                        ? last
                        : new SQLTransientConnectionException(message, Server.CANNOT_CONNECT_NOW));
    }

    /** Whether the schema is up to date. */
    boolean isDone() {
        return end.getCount() == 0;
    }

    /** jOOQ over the pool, of use once the schema is up to date. */
    DSLContext jooq() {
        ConnectionProvider pool = database.jooq().configuration().connectionProvider();
        return DSL.using(
                new ConnectionProvider() {
                    @Override
                    public Connection acquire() {
                        if (!isDone()) {
                            throw notDone();
                        }
                        return pool.acquire();
                    }

                    @Override
                    public void release(Connection connection) {
                        pool.release(connection);
                    }
                },
                SQLDialect.POSTGRES);
    }
}
