package dev.injectionauditor.bench.audit;

import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.LocalPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Where PostgreSQL spends its time, by {@code pg_stat_statements}. Costs some time itself. */
final class StatementProfile {

    private static final int LONGEST_TEXT = 100;

    /** Preloaded by the server for this. */
    static final String LIBRARY = "pg_stat_statements";

    private StatementProfile() {}

    /** Makes the server keep count from now on; it must have been started with {@link #LIBRARY}. */
    static void enable(LocalPostgres postgres) throws SQLException {
        ServerSettings.run(postgres, "create extension pg_stat_statements");
    }

    /** Prints the statements that took longest in all; those that differ in their number of values count as one. */
    static void print(LocalPostgres postgres) throws SQLException {
        Figures table = new Figures("statement", "calls", "s in all", "ms each", "rows", "s planning");
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("postgres"));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("""
                        select regexp_replace(left(query, 4000), '\\s+', ' ', 'g') as text, sum(calls) as calls,
                               sum(total_exec_time) / 1000 as total, sum(total_exec_time) / nullif(sum(calls), 0) as mean,
                               sum(rows) as rows, sum(total_plan_time) / 1000 as planning
                        from pg_stat_statements
                        group by 1
                        order by sum(total_exec_time + total_plan_time) desc
                        limit 25
                        """)) {
            while (rows.next()) {
                String text = rows.getString("text")
                        .replace("\"injection_auditor\".", "")
                        .replace("\"", "");
                table.row(
                        text.substring(0, Math.min(LONGEST_TEXT, text.length())),
                        rows.getLong("calls"),
                        rows.getDouble("total"),
                        rows.getDouble("mean"),
                        rows.getLong("rows"),
                        rows.getDouble("planning"));
            }
        }
        table.print(System.out);
    }
}
