package dev.injectionauditor.localstack.junit;

import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A broker in this JVM and a PostgreSQL server from Maven Central. */
final class EmbeddedServices implements Services {

    private @Nullable LocalKafka kafka;
    private @Nullable LocalPostgres postgres;

    @Override
    public Broker kafka() throws IOException {
        if (kafka == null) {
            kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
        }
        return new Broker(kafka.bootstrapServers());
    }

    @Override
    public String createDatabase(String name, String template) throws IOException, SQLException {
        if (postgres == null) {
            postgres = LocalPostgres.start(Files.createTempDirectory("test-postgres"), 0);
        }
        return postgres.createDatabase(name, template);
    }

    @Override
    public void close() throws IOException {
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
