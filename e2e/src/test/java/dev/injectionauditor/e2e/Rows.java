package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.groups.Tuple;

/** What a query of the history answers. */
final class Rows {

    private Rows() {}

    /**
     * The rows, with times as instants.
     *
     * @param database its JDBC URL, with a parameter at least
     */
    static List<Tuple> of(String database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database + "&currentSchema=injection_auditor");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Tuple> tuples = new ArrayList<>();
            while (rows.next()) {
                Object[] values = new Object[rows.getMetaData().getColumnCount()];
                for (int column = 0; column < values.length; column++) {
                    Object value = rows.getObject(column + 1);
                    values[column] = value instanceof Timestamp time ? time.toInstant() : value;
                }
                tuples.add(tuple(values));
            }
            return tuples;
        }
    }
}
