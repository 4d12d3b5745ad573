package dev.injectionauditor.localstack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class LocalPostgresIT {

    @Test
    void shouldKeepCommittedRowsOverARestart() throws Exception {
        Path folder = Files.createTempDirectory("local-postgres");
        try (LocalPostgres postgres = LocalPostgres.start(folder, 0)) {
            // Given a committed row
            String url = postgres.createDatabase("history");
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement()) {
                statement.execute("create table fact (n int)");
                statement.execute("insert into fact values (42)");
            }

            // When the server is stopped
            postgres.stop();

            // Then nobody gets in, and after a start the row is there
            assertThatThrownBy(() -> DriverManager.getConnection(url)).isInstanceOf(SQLException.class);
            postgres.startAgain();
            try (Connection connection = DriverManager.getConnection(url);
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery("select n, version() from fact")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isEqualTo(42);
                assertThat(rows.getString(2)).startsWith("PostgreSQL 18.");
            }
        }
        assertThat(folder).doesNotExist();
    }
}
