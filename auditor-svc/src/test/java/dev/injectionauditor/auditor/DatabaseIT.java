package dev.injectionauditor.auditor;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.types.YearToSecond;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client or server that is gone without having said so is noticed. */
class DatabaseIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    @Timeout(60)
    void shouldEndASessionThatIdlesInATransaction() {
        DSLContext db = database.get().jooq();
        try (Database frozen = Database.open(database.url(), LocalPostgres.USER, null, Duration.ofMillis(200))) {
            assertThatThrownBy(() -> frozen.jooq().transaction(transaction -> {
                        // Given a transaction that has a lock and does no more
                        transaction.dsl().execute("lock table injection_auditor.watched_webhook");

                        // When somebody waits for the lock
                        db.transaction(other -> other.dsl().execute("lock table injection_auditor.watched_webhook"));

                        // Then that one gets it, and the transaction is over
                        transaction.dsl().execute("select 1");
                    }))
                    .isInstanceOf(DataAccessException.class);
        }
    }

    @Test
    @Timeout(60)
    void shouldMigrateForLongerThanATransactionMayIdle() {
        // Given a history of an older version
        DSLContext db = database.get().jooq();
        OlderSchema.replace(database, "7");

        Duration longestPause = Duration.ofMillis(200);
        try (Database opened = Database.open(database.url(), LocalPostgres.USER, null, longestPause)) {
            AtomicReference<CompletableFuture<Void>> migration = new AtomicReference<>();
            db.transaction(reader -> {
                // Given somebody who reads what it changes
                reader.dsl().execute("lock table injection_auditor.pod in access share mode");

                // When it is brought up to date, and waits for that one for longer than other transactions may idle
                migration.set(CompletableFuture.runAsync(opened::migrate));
                await().until(() -> isLockAwaited(db, longestPause.multipliedBy(3)));
            });

            // Then it is done all the same
            assertThat(migration.get()).succeedsWithin(Duration.ofSeconds(30));
            assertThat(db.fetchExists(POD, POD.MISSED_ACTIVE.isTrue())).isFalse();
        }
    }

    @Test
    void shouldLookForDeadClientsAndServers() {
        // When nothing else is said
        DSLContext db = database.get().jooq();

        // Then
        assertThat(setting(db, "idle_in_transaction_session_timeout")).isEqualTo("1min");
        assertThat(setting(db, "tcp_keepalives_idle")).isEqualTo("30");
        assertThat(setting(db, "tcp_keepalives_interval")).isEqualTo("10");
        assertThat(setting(db, "tcp_keepalives_count")).isEqualTo("3");
        assertThat(socketTimeout(db)).isEqualTo(Duration.ofMinutes(30));
    }

    @Test
    void shouldLeaveWhatTheUrlSays() {
        // Given a URL with settings of its own
        String url = database.url()
                + "&socketTimeout=77&options=-c%20idle_in_transaction_session_timeout=7s%20-c%20tcp_keepalives_idle=5";

        // When
        try (Database opened = Database.open(url, LocalPostgres.USER, null)) {
            DSLContext db = opened.jooq();

            // Then these count, and of the others the usual ones
            assertThat(setting(db, "idle_in_transaction_session_timeout")).isEqualTo("7s");
            assertThat(setting(db, "tcp_keepalives_idle")).isEqualTo("5");
            assertThat(setting(db, "tcp_keepalives_count")).isEqualTo("3");
            assertThat(socketTimeout(db)).isEqualTo(Duration.ofSeconds(77));
        }
    }

    @Test
    void shouldLeaveWhatIsSetForTheDatabase() {
        // Given
        DSLContext db = database.get().jooq();
        db.execute("do $$ begin execute format('alter database %I set idle_in_transaction_session_timeout = %L',"
                + " current_database(), '9s'); end $$");

        // When
        try (Database opened = Database.open(database.url(), LocalPostgres.USER, null)) {

            // Then
            assertThat(setting(opened.jooq(), "idle_in_transaction_session_timeout"))
                    .isEqualTo("9s");
        }
    }

    /** Whether somebody has been waiting for a lock for this long, in a database that no test shares. */
    private static boolean isLockAwaited(DSLContext db, Duration time) {
        return db.fetchExists(db.selectOne()
                .from("pg_stat_activity")
                .where(
                        "wait_event_type = 'Lock' and datname = current_database() and query_start < now() - {0}",
                        val(YearToSecond.valueOf(time))));
    }

    private static String setting(DSLContext db, String name) {
        return db.fetchSingle("select current_setting({0})", val(name)).get(0, String.class);
    }

    private static Duration socketTimeout(DSLContext db) {
        return Duration.ofMillis(db.connectionResult(Connection::getNetworkTimeout));
    }
}
