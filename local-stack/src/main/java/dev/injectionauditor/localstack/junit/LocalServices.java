package dev.injectionauditor.localstack.junit;

import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * The services of a test class:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final LocalServices SERVICES = new LocalServices();
 * }</pre>
 */
public final class LocalServices implements BeforeAllCallback {

    private static final Namespace NAMESPACE = Namespace.create(LocalServices.class);

    private @Nullable Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        running = context.getRoot()
                .getStore(NAMESPACE)
                .getOrComputeIfAbsent(Running.class, any -> new Running(), Running.class);
    }

    /** The broker that all tests share. A test that stops it must start its own instead. */
    public LocalKafka kafka() {
        return running().kafka();
    }

    /** Topics that no other test uses, each with so many partitions. */
    public Topics freshTopics(int partitions) {
        Topics topics = new Topics("test-" + UUID.randomUUID());
        kafka().createTopics(topics, partitions);
        return topics;
    }

    /**
     * JDBC URL of a database that no other test uses.
     *
     * @param migrate brings the database at a JDBC URL up to date; called once, the result is copied
     */
    public String freshDatabase(Consumer<String> migrate) {
        return running().freshDatabase(migrate);
    }

    private Running running() {
        if (running == null) {
            throw new IllegalStateException("register this extension with @RegisterExtension on a static field");
        }
        return running;
    }

    /** What runs until the JVM of the tests ends. JUnit closes it. */
    private static final class Running implements AutoCloseable {

        private static final String TEMPLATE = "migrated";

        private @Nullable LocalKafka kafka;
        private @Nullable LocalPostgres postgres;

        synchronized LocalKafka kafka() {
            if (kafka == null) {
                try {
                    kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return kafka;
        }

        synchronized String freshDatabase(Consumer<String> migrate) {
            try {
                if (postgres == null) {
                    Path data = Files.createTempDirectory("test-postgres");
                    postgres = LocalPostgres.start(data, 0);
                    migrate.accept(postgres.createDatabase(TEMPLATE));
                }
                String name = "test_" + UUID.randomUUID().toString().replace('-', '_');
                return postgres.createDatabase(name, TEMPLATE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException("cannot make a database", e);
            }
        }

        @Override
        public synchronized void close() throws IOException {
            try {
                if (postgres != null) {
                    postgres.close();
                }
            } finally {
                if (kafka != null) {
                    kafka.close();
                }
            }
        }
    }
}
