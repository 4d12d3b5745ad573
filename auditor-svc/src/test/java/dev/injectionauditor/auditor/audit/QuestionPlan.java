package dev.injectionauditor.auditor.audit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Pattern;

/** How PostgreSQL answers a question: its plan as it was executed, without the lines that say little. */
final class QuestionPlan {

    private static final Pattern NODE = Pattern.compile("^ *(-> .*|[A-Z].*\\(actual .*)");
    private static final Pattern DETAIL =
            Pattern.compile("^ *(Index Cond|Filter|Hash Cond|Group Key|Execution Time):.*");
    private static final Pattern PARTITION = Pattern.compile(" on (pod|admission|evidence)_[0-9]{8}");

    private QuestionPlan() {}

    /** The plan of a query, which is executed for it. Of several partitions that are read it shows the first. */
    static String explain(Connection connection, String sql) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (Statement statement = connection.createStatement()) {
            statement.execute("set search_path to injection_auditor");
            try (ResultSet lines = statement.executeQuery("explain (analyze, buffers, costs off) " + sql)) {
                boolean afterPartition = false;
                boolean skipping = false;
                boolean first = true;
                while (lines.next()) {
                    String line = lines.getString(1);
                    if (NODE.matcher(line).matches()) {
                        boolean partition = PARTITION.matcher(line).find();
                        skipping = (partition && afterPartition) || line.contains("never executed");
                        afterPartition = partition;
                    }
                    boolean buffers = first && line.strip().startsWith("Buffers:");
                    boolean shown =
                            NODE.matcher(line).matches() || DETAIL.matcher(line).matches() || buffers;
                    first = first && !buffers;
                    if (shown && (!skipping || line.startsWith("Execution"))) {
                        plan.append(line).append('\n');
                    }
                }
            }
            statement.execute("reset search_path");
        }
        return plan.toString();
    }
}
