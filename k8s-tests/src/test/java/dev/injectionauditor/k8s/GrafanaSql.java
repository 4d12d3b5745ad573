package dev.injectionauditor.k8s;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/** Runs the queries of the dashboard of the history as Grafana does: macros and variables are replaced first. */
final class GrafanaSql {

    private static final Pattern MACRO = Pattern.compile("\\$__\\w+");

    private GrafanaSql() {}

    /** Title and query of every panel. */
    static Stream<Arguments> ofDashboard() throws IOException {
        return PromQl.queries("injection-auditor-history.json", "rawSql");
    }

    /** The rows for the last hour of the cluster {@code live}, read as the role that analysts have. */
    static List<List<Object>> run(String jdbcUrl, String query) throws SQLException {
        String sql = replaceMacros(query, Instant.now().truncatedTo(ChronoUnit.SECONDS));
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("set role injection_auditor_reader");
            List<List<Object>> rows = new ArrayList<>();
            try (ResultSet found = statement.executeQuery(sql)) {
                while (found.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                        row.add(found.getObject(i));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    private static String replaceMacros(String query, Instant now) {
        String from = "'" + now.minus(Duration.ofHours(1)) + "'";
        String to = "'" + now.plusSeconds(1) + "'";
        String sql = query.replaceAll("\\$__timeFilter\\(([^)]*)\\)", "$1 BETWEEN " + from + " AND " + to)
                .replaceAll(
                        "\\$__timeGroupAlias\\((\\w+),\\s*'5m'\\)", "floor(extract(epoch from $1)/300)*300 AS \"time\"")
                .replace("$__timeFrom()", from)
                .replace("$__timeTo()", to)
                .replace("$cluster", "'live'");
        if (MACRO.matcher(sql).find()) {
            throw new IllegalArgumentException("a macro that this test does not know: " + sql);
        }
        return sql;
    }
}
