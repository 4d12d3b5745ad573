package dev.injectionauditor.auditor.audit;

import static org.awaitility.Awaitility.await;

import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;

/** Work that has to wait for a transaction. */
final class Waiting {

    private Waiting() {}

    /**
     * Begins the work in a thread of its own and comes back once it waits for a lock, in a database that no test
     * shares.
     */
    static CompletableFuture<Void> begin(DSLContext db, Runnable work) {
        CompletableFuture<Void> begun = CompletableFuture.runAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
        await().until(() -> count(db) > 0);
        return begun;
    }

    /** How many wait for a lock. */
    static int count(DSLContext db) {
        return db.fetchCount(db.selectOne()
                .from("pg_stat_activity")
                .where("wait_event_type = 'Lock' and datname = current_database()"));
    }
}
