package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.sql.Connection;
import java.time.Duration;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
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

    private static String setting(DSLContext db, String name) {
        return db.fetchSingle("select current_setting({0})", val(name)).get(0, String.class);
    }

    private static Duration socketTimeout(DSLContext db) {
        return Duration.ofMillis(db.connectionResult(Connection::getNetworkTimeout));
    }
}
