package dev.injectionauditor.localstack;

import dev.injectionauditor.schema.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker (KRaft, one node) in this JVM, on 127.0.0.1. It can be stopped and started again with its data,
 * on the same port. It makes no topics by itself.
 */
public final class LocalKafka implements AutoCloseable {

    private static final int NODE = 1;

    private final Path dataDirectory;
    private final int port;
    private final int controllerPort;
    private KafkaRaftServer server;

    private LocalKafka(Path dataDirectory, int port, int controllerPort) throws IOException {
        this.dataDirectory = dataDirectory;
        this.port = port;
        this.controllerPort = controllerPort;
        format();
        this.server = launch();
    }

    /**
     * Starts a new broker.
     *
     * @param dataDirectory where it keeps its data until it is closed; must not hold anything else
     * @param port where it listens; 0 takes any free port
     * @throws IOException if its folder cannot be prepared
     */
    public static LocalKafka start(Path dataDirectory, int port) throws IOException {
        List<Integer> free = FreePorts.find(2);
        return new LocalKafka(dataDirectory, port == 0 ? free.get(0) : port, free.get(1));
    }

    private void format() throws IOException {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE)
                .setClusterId(Uuid.randomUuid().toString())
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(dataDirectory.toString())
                .addDirectory(dataDirectory.toString());
        try {
            formatter.run();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot format the folder of the Kafka broker", e);
        }
    }

    private KafkaRaftServer launch() {
        KafkaRaftServer broker = new KafkaRaftServer(new KafkaConfig(settings()), Time.SYSTEM);
        broker.startup();
        return broker;
    }

    private Map<String, Object> settings() {
        Map<String, Object> settings = new HashMap<>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", NODE);
        settings.put("controller.quorum.voters", NODE + "@127.0.0.1:" + controllerPort);
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("log.dirs", dataDirectory.toString());
        settings.put("auto.create.topics.enable", "false");
        settings.put("offsets.topic.num.partitions", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("log.cleaner.dedupe.buffer.size", "2097152");
        return settings;
    }

    /** Makes all topics of the contract, each with so many partitions. */
    public void createTopics(Topics topics, int partitions) {
        createTopics(bootstrapServers(), topics, partitions);
    }

    /** Makes all topics of the contract on any broker, each with so many partitions, and waits until they are ready. */
    public static void createTopics(String bootstrapServers, Topics topics, int partitions) {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            admin.createTopics(topics.all().stream()
                            .map(topic -> new NewTopic(topic, partitions, (short) 1))
                            .toList())
                    .all()
                    .get();
            awaitLeaders(admin, topics, partitions);
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot make the topics", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while making the topics", e);
        }
    }

    /**
     * A broker that does not lead a partition yet can refuse a producer's first batch, take its second, and refuse the
     * first for good when it comes again. It tells offsets as soon as it leads.
     */
    private static void awaitLeaders(Admin admin, Topics topics, int partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> all = topics.all().stream()
                .flatMap(topic ->
                        IntStream.range(0, partitions).mapToObj(partition -> new TopicPartition(topic, partition)))
                .collect(Collectors.toMap(partition -> partition, any -> OffsetSpec.latest()));
        long deadline = System.nanoTime() + 30_000_000_000L;
        while (true) {
            try {
                admin.listOffsets(all).all().get();
                return;
            } catch (ExecutionException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.sleep(50);
            }
        }
    }

    /** What clients begin with. */
    public String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Stops the broker; the data stays. */
    public void stop() {
        server.shutdown();
        server.awaitShutdown();
    }

    /** Starts the broker again after {@link #stop()}. */
    public void startAgain() {
        server = launch();
    }

    /** Stops the broker and deletes its data. */
    @Override
    public void close() throws IOException {
        stop();
        Folders.delete(dataDirectory);
    }
}
