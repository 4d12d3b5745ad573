package dev.injectionauditor.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;

/** What the auditor has written down. */
final class History {

    private final String jdbcUrl;

    History(String jdbcUrl) {
        this.jdbcUrl = jdbcUrl;
    }

    /**
     * A Pod as the auditor sees it.
     *
     * @param name namespace and name
     * @param cause why the call was missed; empty if it was not
     */
    record JudgedPod(UUID uid, String name, Instant createdAt, String verdict, Optional<String> cause) {}

    /** All Pods that were judged, by uid. */
    Map<UUID, JudgedPod> pods() {
        return query(
                        "select pod_uid, namespace || '/' || pod_name, created_at, verdict::text, cause::text"
                                + " from injection_auditor.pod",
                        row -> new JudgedPod(
                                row.getObject(1, UUID.class),
                                row.getString(2),
                                row.getTimestamp(3).toInstant(),
                                row.getString(4),
                                Optional.ofNullable(row.getString(5))))
                .stream()
                .collect(Collectors.toMap(JudgedPod::uid, pod -> pod));
    }

    /** All outages, oldest first. */
    List<Window> windows() {
        return query(
                "select started_after, started_by, ended_after, ended_before from injection_auditor.outage"
                        + " order by started_by",
                row -> new Window(
                        instant(row.getTimestamp(1)),
                        row.getTimestamp(2).toInstant(),
                        row.getTimestamp(3).toInstant(),
                        instant(row.getTimestamp(4))));
    }

    /** Evidence since then, for people. */
    List<String> evidence(Instant since) {
        return query(
                "select concat_ws(' ', at, version, source, kind, ref) from injection_auditor.evidence where at >= '"
                        + since + "' order by at, version",
                row -> row.getString(1));
    }

    /** How the last attempt at each missed Pod ended, counted; {@code none} where there was none. */
    Map<String, Integer> recreations() {
        return query(
                        "select coalesce(recreation::text, 'none') from injection_auditor.missed_injections",
                        row -> row.getString(1))
                .stream()
                .collect(Collectors.toMap(outcome -> outcome, any -> 1, Integer::sum, TreeMap::new));
    }

    private interface Reader<T> {
        T read(ResultSet row) throws SQLException;
    }

    private <T> List<T> query(String sql, Reader<T> reader) {
        List<T> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(jdbcUrl);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(reader.read(result));
            }
            return rows;
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the history", e);
        }
    }

    private static Optional<Instant> instant(Timestamp timestamp) {
        return Optional.ofNullable(timestamp).map(Timestamp::toInstant);
    }
}
