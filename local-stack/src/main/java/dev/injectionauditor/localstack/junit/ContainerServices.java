package dev.injectionauditor.localstack.junit;

import dev.injectionauditor.localstack.LocalPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/** Both in Docker, by Testcontainers: the images that {@code docker-compose.yml} names. */
final class ContainerServices implements Services {

    private static final String KAFKA_IMAGE = "apache/kafka:4.4.0";
    private static final String POSTGRES_IMAGE = "postgres:18";

    private @Nullable KafkaContainer kafka;
    private @Nullable PostgreSQLContainer postgres;

    /** Whether a Docker engine answers. */
    static boolean arePossible() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    @Override
    public Broker kafka() {
        if (kafka == null) {
            KafkaContainer container = new KafkaContainer(KAFKA_IMAGE);
            container.withEnv("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false").start();
            kafka = container;
        }
        return new Broker(kafka.getBootstrapServers());
    }

    @Override
    public String createDatabase(String name, String template) throws SQLException {
        if (postgres == null) {
            PostgreSQLContainer container = new PostgreSQLContainer(POSTGRES_IMAGE).withUsername(LocalPostgres.USER);
            // As the embedded one: tests give no password.
            container.withEnv("POSTGRES_HOST_AUTH_METHOD", "trust").start();
            postgres = container;
        }
        try (Connection connection = DriverManager.getConnection(url(LocalPostgres.USER));
                Statement statement = connection.createStatement()) {
            statement.execute("create database \"" + name + "\" template \"" + template + "\"");
        }
        return url(name);
    }

    private String url(String database) {
        return "jdbc:postgresql://" + postgres.getHost() + ":"
                + postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT)
                + "/" + database + "?user=" + LocalPostgres.USER;
    }

    @Override
    public void close() {
        if (postgres != null) {
            postgres.stop();
        }
        if (kafka != null) {
            kafka.stop();
        }
    }
}
