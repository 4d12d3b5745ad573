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
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the services run on: PostgreSQL, Kafka and a cluster. Can be closed while it starts. */
final class Stack implements AutoCloseable {

    private static final String DATABASE = "injection_auditor";
    private static final int LONGEST_START_SECONDS = 60;

    private final Deque<Future<? extends AutoCloseable>> parts = new ConcurrentLinkedDeque<>();
    private final Path folder;
    private final @Nullable Path realCluster;
    private final Path kubeconfig;
    private @Nullable LocalPostgres postgres;
    private @Nullable LocalKafka kafka;
    private @Nullable KubernetesClient client;

    /**
     * A stack that is not started.
     *
     * @param folder for files that live as long as the stack
     * @param realCluster kubeconfig of a cluster to use, null for a simulated one
     */
    Stack(Path folder, @Nullable Path realCluster) {
        this.folder = folder;
        this.realCluster = realCluster;
        this.kubeconfig = realCluster == null ? folder.resolve("kubeconfig") : realCluster;
    }

    /** Starts everything, and returns when all of it answers. */
    void start() throws IOException, InterruptedException, SQLException {
        Future<LocalPostgres> postgresStarting =
                starting(() -> LocalPostgres.start(Files.createTempDirectory("injection-auditor-postgres"), 0));
        Future<LocalKafka> kafkaStarting = starting(() -> LocalKafka.start(folder.resolve("kafka"), 0));
        if (realCluster == null) {
            started(starting(() -> SimulatedCluster.start(0, InstantSource.system())))
                    .writeKubeconfig(kubeconfig);
        }
        client = started(starting(() -> new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build()));
        postgres = started(postgresStarting);
        postgres.createDatabase(DATABASE);
        kafka = started(kafkaStarting);
    }

    private <T extends AutoCloseable> Future<T> starting(Callable<T> start) {
        FutureTask<T> task = new FutureTask<>(start);
        parts.push(task);
        Thread.ofPlatform().daemon().name("start").start(task);
        return task;
    }

    private static <T> T started(Future<T> starting) throws IOException, InterruptedException {
        try {
            return starting.get();
        } catch (ExecutionException e) {
            throw new IOException("cannot start the local stack: " + e.getCause(), e.getCause());
        }
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
        Future<? extends AutoCloseable> part = parts.poll();
        while (part != null) {
            close(part);
            part = parts.poll();
        }
    }

    private static void close(Future<? extends AutoCloseable> part) {
        AutoCloseable started;
        try {
            started = part.get(LONGEST_START_SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            // It never started, and whoever waited for it knows.
            return;
        }
        try {
            started.close();
        } catch (Exception e) {
            // The next part has to be closed all the same.
            System.err.println("cannot stop a part of the local stack: " + e);
        }
    }
}
