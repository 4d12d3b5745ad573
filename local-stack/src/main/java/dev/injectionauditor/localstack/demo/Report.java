package dev.injectionauditor.localstack.demo;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Reads from the history what happened and tells it to people. */
final class Report {

    /** Queries to try: what is asked, and how. */
    private static final List<String[]> QUERIES = List.of(
            new String[] {
                "When was the webhook not applied, and how many Pods were missed?",
                "select started_between, ended_between, coverage, missed from injection_auditor.outage_history;"
            },
            new String[] {
                "Which Pods were missed, why, and what replaced them?",
                "select namespace, pod_name, cause, recreation, replacement from injection_auditor.missed_injections;"
            },
            new String[] {
                "How long did each repair take?",
                "select pod_name, outcome, finished_at - requested_at as took from injection_auditor.recreation_history;"
            });

    private static final String COUNTS = """
            select (select count(*) from injection_auditor.pod),
                   (select count(*) from injection_auditor.pod where verdict = 'injected'),
                   (select count(*) from injection_auditor.pod where verdict = 'missed'),
                   (select count(*) from injection_auditor.outage),
                   (select count(*) from injection_auditor.outage where ended_before is null),
                   (select count(*) from injection_auditor.recreation where outcome = 'recreated'),
                   (select count(*) from injection_auditor.pod
                    where verdict = 'missed' and lifecycle in ('active', 'terminating'))
            """;

    private final String jdbcUrl;

    Report(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    Demo.Outcome outcome() throws SQLException {
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(COUNTS)) {
            row.next();
            return new Demo.Outcome(
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    row.getLong(5),
                    row.getLong(6),
                    row.getLong(7));
        }
    }

    /**
     * The story, line by line.
     *
     * @param where completes the headings
     */
    List<String> story(Stack stack, String where) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement()) {
            lines.add("The outage" + where);
            lines.addAll(rows(statement, """
                    select format('  %s  last call that was applied', to_char(lower(started_between), 'HH24:MI:SS')),
                           format('  %s  first call that was not', to_char(upper(started_between), 'HH24:MI:SS')),
                           format('  %s  last call that was not: %s Pods missed, outage %s',
                                  to_char(lower(ended_between), 'HH24:MI:SS'), missed, coverage),
                           format('  %s  applied again', to_char(upper(ended_between), 'HH24:MI:SS'))
                    from injection_auditor.outage_history order by started_between
                    """));
            lines.add("");
            lines.add("The missed Pods" + where + ", and what became of them");
            lines.addAll(rows(statement, """
                    select format('  %s  %-26s %s%s', to_char(m.created_at, 'HH24:MI:SS'), m.pod_name,
                                  coalesce(m.recreation::text, 'not recreated'),
                                  ' as ' || m.replacement)
                    from injection_auditor.missed_injections m order by m.created_at, m.pod_name
                    """));
        }
        lines.add("");
        lines.add("Look further");
        lines.add("  psql  " + stack.psqlUrl());
        lines.add("  JDBC  " + stack.jdbcUrl());
        lines.add("  Kafka " + stack.kafkaAddress() + ", topics injection-auditor.*");
        for (String[] query : QUERIES) {
            lines.add("  -- " + query[0]);
            lines.add("  " + query[1]);
        }
        return lines;
    }

    private static List<String> rows(Statement statement, String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    lines.add(rows.getString(column));
                }
            }
        }
        return lines;
    }
}
