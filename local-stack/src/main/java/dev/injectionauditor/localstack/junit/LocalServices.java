package dev.injectionauditor.localstack.junit;

import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of a test class:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LocalServices SERVICES = new LocalServices();
 * }</pre>
 *
 * <p>They are real ones. With the system property {@code test.containers} ({@code ./run test --containers}) they run in
 * Docker, if an engine answers; otherwise beside the tests, from Maven Central.
 */
public final class LocalServices implements BeforeAllCallback {

    private static final Logger LOG = LoggerFactory.getLogger(LocalServices.class);
    private static final Namespace NAMESPACE = Namespace.create(LocalServices.class);

    private @Nullable Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        running = running(context);
    }

    static Running running(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, any -> new Running(), Running.class);
    }

    /** The broker that all tests share. A test that stops it must start its own instead. */
    public Broker kafka() {
        return running().kafka();
    }

    /** Topics that no other test uses, each with so many partitions. */
    public Topics freshTopics(int partitions) {
        Topics topics = new Topics("test-" + UUID.randomUUID());
        LocalKafka.createTopics(kafka().bootstrapServers(), topics, partitions);
        return topics;
    }

    /** JDBC URL of an empty database that no other test uses; {@link FreshDatabase} gives migrated ones. */
    public String emptyDatabase() {
        return running().emptyDatabase();
    }

    private Running running() {
        if (running == null) {
            throw new IllegalStateException("register this extension with @RegisterExtension on a static field");
        }
        return running;
    }

    /** What runs until the JVM of the tests ends. JUnit closes it. */
    static final class Running implements AutoCloseable {

        private static final String EMPTY = "template1";
        private static final String TEMPLATE = "migrated";

        /** Brings the database at a JDBC URL up to date. */
        interface Migration {

            void migrate(String url) throws Exception;
        }

        private final Services services = choose();
        private boolean migrated;

        private static Services choose() {
            if (!Boolean.getBoolean("test.containers")) {
                return new EmbeddedServices();
            }
            if (ContainerServices.arePossible()) {
                return new ContainerServices();
            }
            LOG.atWarn().log("No Docker engine answers: PostgreSQL and Kafka run beside the tests");
            return new EmbeddedServices();
        }

        synchronized Broker kafka() {
            try {
                return services.kafka();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized String emptyDatabase() {
            try {
                return copy(EMPTY);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot make a database", e);
            }
        }

        synchronized String migratedDatabase(Migration migration) throws Exception {
            if (!migrated) {
                migration.migrate(services.createDatabase(TEMPLATE, EMPTY));
                migrated = true;
            }
            return copy(TEMPLATE);
        }

        private String copy(String template) throws IOException, SQLException {
            return services.createDatabase(
                    "test_" + UUID.randomUUID().toString().replace('-', '_'), template);
        }

        @Override
        public synchronized void close() throws IOException {
            services.close();
        }
    }
}
