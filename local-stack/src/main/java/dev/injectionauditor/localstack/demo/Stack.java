package dev.injectionauditor.localstack.demo;

import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** What the services run on: PostgreSQL, Kafka and a cluster. */
final class Stack implements AutoCloseable {

    private static final String DATABASE = "injection_auditor";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final LocalPostgres postgres;
    private final LocalKafka kafka;
    private final KubernetesClient client;
    private final Path kubeconfig;
    private final boolean simulated;

    /**
     * Starts everything.
     *
     * @param folder for files that live as long as the stack
     * @param realCluster kubeconfig of a cluster to use, null for a simulated one
     */
    Stack(Path folder, @Nullable Path realCluster) throws IOException, InterruptedException, SQLException {
        simulated = realCluster == null;
        try (ExecutorService starting = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<LocalPostgres> postgresStarting = starting.submit(
                    () -> LocalPostgres.start(Files.createTempDirectory("injection-auditor-postgres"), 0));
            Future<LocalKafka> kafkaStarting = starting.submit(() -> LocalKafka.start(folder.resolve("kafka"), 0));
            postgres = started(postgresStarting);
            kafka = started(kafkaStarting);
            postgres.createDatabase(DATABASE);
            if (realCluster == null) {
                SimulatedCluster cluster = started(starting.submit(
                        (Callable<SimulatedCluster>) () -> SimulatedCluster.start(0, InstantSource.system())));
                kubeconfig = folder.resolve("kubeconfig");
                cluster.writeKubeconfig(kubeconfig);
                client = cluster.client();
            } else {
                kubeconfig = realCluster;
                client = new KubernetesClientBuilder()
                        .withConfig(Config.fromKubeconfig(realCluster.toFile()))
                        .build();
            }
            parts.push(client);
        } catch (IOException | InterruptedException | SQLException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends AutoCloseable> T started(Future<T> starting) throws IOException, InterruptedException {
        try {
            T part = starting.get();
            parts.push(part);
            return part;
        } catch (ExecutionException e) {
            throw new IOException("cannot start the local stack", e.getCause());
        }
    }

    boolean isSimulated() {
        return simulated;
    }

    KubernetesClient client() {
        return client;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    String kafkaAddress() {
        return kafka.bootstrapServers();
    }

    /** JDBC URL of the history, user included. */
    String jdbcUrl() {
        return postgres.jdbcUrl(DATABASE);
    }

    /** What psql takes. */
    String psqlUrl() {
        return "postgresql://" + LocalPostgres.USER + "@127.0.0.1:" + postgres.port() + "/" + DATABASE;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                // The next part has to be closed all the same.
                System.err.println("cannot stop a part of the local stack: " + e);
            }
        }
    }
}
