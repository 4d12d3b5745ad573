package dev.injectionauditor.auditor.audit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What PostgreSQL has to do for a question, however fast the machine is that does it.
 *
 * @param blocks that were read, each time that one was, from memory or from files
 * @param rows that were handled: the rows of each step of the plan, with those that its filters removed
 */
record QuestionWork(long blocks, long rows) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** The work for a query, which is executed for it. */
    static QuestionWork of(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path to injection_auditor");
            try (ResultSet explained =
                    statement.executeQuery("explain (analyze, buffers, timing off, format json) " + sql)) {
                explained.next();
                return of(JSON.readTree(explained.getString(1)).path(0).path("Plan"));
            } finally {
                statement.execute("reset search_path");
            }
        }
    }

    /** @param plan in the JSON form of {@code explain}; blocks are those of a node with all below it, rows its own */
    private static QuestionWork of(JsonNode plan) {
        long blocks = plan.path("Shared Hit Blocks").asLong()
                + plan.path("Shared Read Blocks").asLong()
                + plan.path("Temp Read Blocks").asLong();
        return new QuestionWork(blocks, rows(plan));
    }

    private static long rows(JsonNode plan) {
        // Those figures are means of a node's executions
        double each = plan.path("Actual Rows").asDouble(0)
                + plan.path("Rows Removed by Filter").asDouble(0)
                + plan.path("Rows Removed by Index Recheck").asDouble(0)
                + plan.path("Rows Removed by Join Filter").asDouble(0);
        long rows = Math.round(each * plan.path("Actual Loops").asDouble(0));
        for (JsonNode child : plan.path("Plans")) {
            rows += rows(child);
        }
        return rows;
    }
}
