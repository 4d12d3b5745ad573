package dev.injectionauditor.bench.audit;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.bench.CpuClock;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.postgresql.PGConnection;

/** The peer of the audit role: the same rows, in the order in which it stored them, loaded with {@code COPY}. */
final class TableCopy {

    private static final List<String> TABLES = List.of(
            "watched_webhook",
            "admission",
            "pod",
            "evidence",
            "call_hour",
            "outage",
            "endpoints",
            "watched_span",
            "consumer_offset");

    private final Path folder;

    /** What a load took. */
    record Load(Duration took, CpuClock.Spent spent) {}

    /** @param folder for the rows as files */
    TableCopy(Path folder) {
        this.folder = folder;
    }

    /** Takes the rows from a database. */
    void unload(String jdbcUrl) throws SQLException, IOException {
        try (Connection connection = connect(jdbcUrl)) {
            for (String table : TABLES) {
                try (OutputStream out = Files.newOutputStream(folder.resolve(table))) {
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyOut(
                                    "copy (select " + columns(connection, table) + " from " + table + ") to stdout",
                                    out);
                }
            }
        }
    }

    /**
     * Loads them into a database that has other rows in these tables, which are dropped first; says how long it took.
     */
    Load load(String jdbcUrl, CpuClock cpu) throws SQLException, IOException {
        try (Connection connection = connect(jdbcUrl);
                Statement statement = connection.createStatement()) {
            statement.execute("truncate " + String.join(", ", TABLES) + " cascade");
            statement.execute("checkpoint");
            CpuClock.Spent before = cpu.now();
            long start = System.nanoTime();
            connection.setAutoCommit(false);
            for (String table : TABLES) {
                String columns = columns(connection, table);
                try (InputStream in = Files.newInputStream(folder.resolve(table))) {
                    connection
                            .unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy " + table + " (" + columns + ") from stdin", in);
                }
            }
            connection.commit();
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            return new Load(took, cpu.now().minus(before));
        }
    }

    /** Without those that the server makes itself. */
    private static String columns(Connection connection, String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet columns = statement.executeQuery("""
                        select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute
                        where attrelid = '%s'::regclass and attnum > 0 and not attisdropped and attgenerated = ''
                        """.formatted(table))) {
            columns.next();
            return columns.getString(1);
        }
    }

    private static Connection connect(String jdbcUrl) throws SQLException {
        return DriverManager.getConnection(jdbcUrl + "&currentSchema=" + Database.SCHEMA);
    }
}
