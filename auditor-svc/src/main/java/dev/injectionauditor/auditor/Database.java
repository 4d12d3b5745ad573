package dev.injectionauditor.auditor;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.Oid;

/** The PostgreSQL database of the history: a connection pool and jOOQ over it. */
public final class Database implements AutoCloseable {

    /** The schema that holds everything. */
    public static final String SCHEMA = "injection_auditor";

    /** Arrays that are sent in binary form, which the driver does by itself for some of them at most. */
    private static final String BINARY_ARRAYS = Stream.of(
                    Oid.UUID_ARRAY,
                    Oid.TIMESTAMPTZ_ARRAY,
                    Oid.BOOL_ARRAY,
                    Oid.INT4_ARRAY,
                    Oid.INT8_ARRAY,
                    Oid.TEXT_ARRAY)
            .map(String::valueOf)
            .collect(Collectors.joining(","));

    /** What a JDBC URL has to be, for messages. */
    public static final String USABLE =
            "a URL that starts with jdbc:postgresql:, without preferQueryMode=simple, binaryTransferEnable and binaryTransferDisable";

    private static final int CONNECTIONS = 6;
    private static final long CONNECT_MILLIS = 10_000;

    /** After that a server that does not answer is given up; longer than any statement takes but for migrations. */
    private static final Duration LONGEST_STATEMENT = Duration.ofMinutes(30);

    /** How long a transaction may wait for its next statement; the longest wait is for Kafka. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

    private final HikariDataSource pool;
    /** Makes a pool whose statements and transactions may take as long as they need. */
    private final Supplier<HikariDataSource> patient;

    private Database(HikariDataSource pool, Supplier<HikariDataSource> patient) {
        this.pool = pool;
        this.patient = patient;
    }

    /**
     * A pool that connects when it is first used, so that a database that is not there yet is no reason to fail.
     *
     * @param url JDBC URL of which {@link #isUsable} holds; may carry settings of the PostgreSQL driver (TLS)
     * @param password null if the server asks for none
     * @throws IllegalArgumentException if the URL is not usable
     */
    public static Database open(String url, String user, @Nullable String password) {
        return open(url, user, password, LONGEST_PAUSE);
    }

    /**
     * @param longestPause how long a transaction may wait for its next statement before the server ends it, unless it
     *     is one of a migration
     */
    static Database open(String url, String user, @Nullable String password, Duration longestPause) {
        if (!isUsable(url)) {
            throw new IllegalArgumentException("the JDBC URL has to be " + USABLE);
        }
        return new Database(
                new HikariDataSource(settings(url, user, password, longestPause, LONGEST_STATEMENT)), () -> {
                    // What Flyway needs, and no more than it uses: while it migrates by one connection, it idles in a
                    // transaction of the other, whose lock keeps other auditors from migrating.
                    HikariConfig patient = settings(url, user, password, Duration.ZERO, Duration.ZERO);
                    patient.setMaximumPoolSize(2);
                    patient.setMinimumIdle(0);
                    return new HikariDataSource(patient);
                });
    }

    /** Zero is no limit. */
    private static HikariConfig settings(
            String url, String user, @Nullable String password, Duration longestPause, Duration longestStatement) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("postgresql");
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(CONNECTIONS);
        config.setConnectionTimeout(CONNECT_MILLIS);
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("ApplicationName", "injection-auditor");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("binaryTransferEnable", BINARY_ARRAYS);
        // The driver prefers what the URL says of these.
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("socketTimeout", String.valueOf(longestStatement.toSeconds()));
        config.setConnectionInitSql(SessionSettings.ofDeadClients(longestPause));
        return config;
    }

    /** Whether a JDBC URL is what {@link #USABLE} says: values are sent in binary form. */
    public static boolean isUsable(String url) {
        return url.startsWith("jdbc:postgresql:")
                && !url.contains("preferQueryMode=simple")
                && !url.contains("binaryTransferEnable=")
                && !url.contains("binaryTransferDisable=");
    }

    /** Brings the schema up to date; several auditors may do it at the same time. */
    public void migrate() {
        try (HikariDataSource forMigrations = patient.get()) {
            Flyway.configure()
                    .dataSource(forMigrations)
                    .defaultSchema(SCHEMA)
                    .locations("classpath:db/migration")
                    .load()
                    .migrate();
        }
    }

    /** jOOQ over the pool; each statement outside of a transaction commits by itself. */
    public DSLContext jooq() {
        return DSL.using(pool, SQLDialect.POSTGRES);
    }

    @Override
    public void close() {
        pool.close();
    }
}
