package dev.injectionauditor.bench.audit;

import dev.injectionauditor.localstack.LocalPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;

/** Settings of a PostgreSQL server that need a restart. */
final class ServerSettings {

    private ServerSettings() {}

    /** Restarts the server with these settings. */
    static void set(LocalPostgres postgres, Map<String, String> settings) throws SQLException, IOException {
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            run(postgres, "alter system set " + setting.getKey() + " = '" + setting.getValue() + "'");
        }
        postgres.stop();
        postgres.startAgain();
    }

    static void run(LocalPostgres postgres, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
