package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.postgres.Server;
import dev.injectionauditor.localstack.LocalPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A password that does not count any more is told from a server that is away: the new one is read by a new process. */
@Timeout(180)
class RefusedPasswordIT {

    private static final String ROLE = "auditor";

    @Test
    void shouldTellAPasswordThatIsRefusedFromAServerThatIsAway() throws Exception {
        Path data = Files.createTempDirectory("refused-password").resolve("data");
        try (LocalPostgres postgres = LocalPostgres.start(data, 0)) {
            String url = "jdbc:postgresql://127.0.0.1:" + postgres.port() + "/postgres";
            // Given a database that was in use when the password was changed
            askForPasswords(postgres, data, url);
            try (Database database = Database.open(url, ROLE, "old")) {
                database.jooq().execute("select 1");
                asAdministrator(postgres, "alter role auditor password 'new'");
                asAdministrator(
                        postgres, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'auditor'");

                // When it is used, then it is refused, once it is known that the connections are lost
                await().atMost(Duration.ofMinutes(1)).until(() -> Server.refuses(failure(database.jooq())));

                // And so it is for whom it is not up to date yet, once that is known
                Migration migration = new Migration(database);
                assertThat(Server.isInTrouble(failure(migration.jooq()))).isTrue();
                assertThatThrownBy(migration::runOnce).satisfies(RefusedPasswordIT::assertRefused);
                assertRefused(failure(migration.jooq()));

                // But when the server is gone, then it is away
                postgres.stop();
                Throwable gone = failure(database.jooq());
                assertThat(Server.isInTrouble(gone)).as("%s", gone).isTrue();
            }
        }
    }

    private static void assertRefused(Throwable failure) {
        assertThat(Server.refuses(failure)).as("%s", failure).isTrue();
        assertThat(Server.isInTrouble(failure)).isFalse();
    }

    private static Throwable failure(DSLContext db) {
        Throwable failure = catchThrowable(() -> db.execute("select 1"));
        assertThat(failure).isInstanceOf(DataAccessException.class);
        return failure;
    }

    /** Makes the server want a password from everybody but the administrator. */
    private static void askForPasswords(LocalPostgres postgres, Path data, String url) throws Exception {
        asAdministrator(postgres, "create role auditor login password 'old'");
        Files.writeString(data.resolve("pg_hba.conf"), """
                host all postgres 127.0.0.1/32 trust
                host all all 127.0.0.1/32 scram-sha-256
                """);
        asAdministrator(postgres, "select pg_reload_conf()");
        await().untilAsserted(() -> assertThatThrownBy(
                        () -> DriverManager.getConnection(url, ROLE, "wrong").close())
                .isInstanceOf(SQLException.class));
    }

    private static void asAdministrator(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
