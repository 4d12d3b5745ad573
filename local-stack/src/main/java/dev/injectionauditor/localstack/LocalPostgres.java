package dev.injectionauditor.localstack;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A real PostgreSQL server on 127.0.0.1, from the binaries that Maven Central has. It can be stopped and started again
 * with its data, on the same port.
 */
public final class LocalPostgres implements AutoCloseable {

    /** The superuser; the server trusts everybody on 127.0.0.1, so any password will do. */
    public static final String USER = "postgres";

    /** File of a data folder without which it is none; a copy ends with it. */
    public static final String LAST_FILE = "PG_VERSION";

    private static final String PID_FILE = "postmaster.pid";
    private static final Pattern DATABASE_NAME = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    private final Path dataDirectory;
    private final int port;
    private EmbeddedPostgres server;

    private LocalPostgres(Path dataDirectory, int port) throws IOException {
        this.dataDirectory = dataDirectory;
        this.server = launch(port);
        this.port = server.getPort();
    }

    /**
     * Starts a server.
     *
     * @param dataDirectory where it keeps its data until it is closed: not there yet, empty, or with the data of a
     *     server that was stopped; its parents must be readable by everybody, because PostgreSQL does not run as root
     * @param port where it listens; 0 takes any free port
     * @throws IOException if it cannot be started; the folder is as it was then
     */
    public static LocalPostgres start(Path dataDirectory, int port) throws IOException {
        boolean isNew = Folders.isEmpty(dataDirectory);
        if (!isNew && !hasData(dataDirectory)) {
            throw new IOException(dataDirectory + " is neither empty nor a data folder of PostgreSQL");
        }
        if (isInUse(dataDirectory)) {
            throw new IOException("a PostgreSQL runs in " + dataDirectory);
        }
        try {
            return new LocalPostgres(dataDirectory, port);
        } catch (IOException | RuntimeException e) {
            try {
                cleanUp(dataDirectory, isNew);
            } catch (IOException | RuntimeException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Whether this is a data folder. */
    public static boolean hasData(Path dataDirectory) {
        return Files.exists(dataDirectory.resolve(LAST_FILE));
    }

    /** Whether a server works on the data in this folder. */
    public static boolean isInUse(Path dataDirectory) throws IOException {
        return server(dataDirectory).isPresent();
    }

    private static Optional<ProcessHandle> server(Path dataDirectory) throws IOException {
        // One that was killed has left the file; its number may be another process's by now.
        return pid(dataDirectory)
                .flatMap(ProcessHandle::of)
                .filter(process -> process.info()
                        .command()
                        .filter(command -> command.endsWith("postgres"))
                        .isPresent());
    }

    private static Optional<Long> pid(Path dataDirectory) throws IOException {
        Path file = dataDirectory.resolve(PID_FILE);
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        return lines.stream().findFirst().map(first -> Long.parseLong(first.strip()));
    }

    private static void cleanUp(Path dataDirectory, boolean isNew) throws IOException {
        // The start fails after the server was launched if this process is shutting down.
        server(dataDirectory).ifPresent(server -> {
            server.destroyForcibly();
            server.onExit().join();
        });
        if (isNew) {
            Folders.delete(dataDirectory);
        }
    }

    private EmbeddedPostgres launch(int onPort) throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(onPort)
                .setDataDirectory(dataDirectory)
                .setCleanDataDirectory(false)
                // Together: every commit survives a killed server, though not a power cut, and tests stay fast.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", "off")
                .setOutputRedirector(Redirect.DISCARD)
                .setErrorRedirector(Redirect.DISCARD)
                .start();
    }

    /** Whether there is a database of this name. */
    public boolean hasDatabase(String name) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement();
                ResultSet found =
                        statement.executeQuery("select 1 from pg_database where datname = '" + checked(name) + "'")) {
            return found.next();
        }
    }

    /** Makes an empty database and returns its JDBC URL. */
    public String createDatabase(String name) throws SQLException {
        execute("create database " + checked(name));
        return jdbcUrl(name);
    }

    /**
     * Makes a database that starts as a copy of another one, to which nobody is connected, and returns its JDBC URL.
     */
    public String createDatabase(String name, String template) throws SQLException {
        execute("create database " + checked(name) + " template " + checked(template));
        return jdbcUrl(name);
    }

    /** Removes a database, to which nobody is connected. */
    public void dropDatabase(String name) throws SQLException {
        execute("drop database " + checked(name));
    }

    /** JDBC URL of a database on this server, user included. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + checked(database) + "?user=" + USER;
    }

    /** The port on 127.0.0.1. */
    public int port() {
        return port;
    }

    /** Process id of the server, while it runs. */
    public long pid() throws IOException {
        return pid(dataDirectory).orElseThrow(() -> new IOException("no PostgreSQL runs in " + dataDirectory));
    }

    /** Stops the server as an administrator would: sessions are cut off, the data stays. */
    public void stop() throws IOException {
        server.close();
    }

    /** Starts the server again after {@link #stop()}. */
    public void startAgain() throws IOException {
        server = launch(port);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String checked(String name) {
        if (!DATABASE_NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a plain database name: " + name);
        }
        return name;
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() throws IOException {
        server.close();
        Folders.delete(dataDirectory);
    }
}
