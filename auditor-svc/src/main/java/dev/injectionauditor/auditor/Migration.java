package dev.injectionauditor.auditor;

import dev.injectionauditor.service.Loop;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the schema up to date as soon as PostgreSQL is there. Until then, whoever uses the database fails, as if it
 * were away. Not among the loops that must not hang: a migration may take its time.
 */
final class Migration implements Loop.Work {

    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    private final Database database;
    private final CountDownLatch end = new CountDownLatch(1);

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
            database.migrate();
            end.countDown();
        }
        return false;
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
                            throw new DataAccessException("the database is not up to date yet");
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
