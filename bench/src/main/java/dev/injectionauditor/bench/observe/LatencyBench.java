package dev.injectionauditor.bench.observe;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.AuditRole;
import dev.injectionauditor.auditor.audit.HistoryPolicy;
import dev.injectionauditor.auditor.observe.ObserveRole;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * From the moment when an API server has stored a missed Pod to the commit of its row, which PostgreSQL itself notes,
 * and to the arrival of its event at a consumer. All on one machine, so on one clock.
 */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = "Time from the creation of a missed Pod to its row and to its event on the topic missed.")
public final class LatencyBench implements Callable<Integer> {

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "10,100,300",
            description = "Pods per second. Default: ${DEFAULT-VALUE}")
    private List<Integer> rates = List.of();

    @Option(
            names = "--seconds",
            defaultValue = "20",
            description = "Length of each run, but for as many Pods as a p99 needs. Default: ${DEFAULT-VALUE}")
    private int seconds;

    /** So that the p99 is that of some Pods, not of one. */
    private static final int FEWEST_PODS = 600;

    /** Not measured: the compiler has all to do yet. */
    private static final int WARM_UP_RATE = 200;

    private static final int WARM_UP_SECONDS = 20;

    private final Map<UUID, Long> created = new ConcurrentHashMap<>();
    private final Map<UUID, Long> told = new ConcurrentHashMap<>();

    /** Benchmarks are made by the command line. */
    public LatencyBench() {}

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("injection-auditor-bench");
        try (LocalPostgres postgres =
                        LocalPostgres.start(Files.createTempDirectory("injection-auditor-bench-postgres"), 0);
                LocalKafka broker = LocalKafka.start(folder.resolve("kafka"), 0)) {
            noteCommits(postgres);
            KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers(), Topics.defaults());
            broker.createTopics(kafka.topics(), 1);
            try (Database database =
                    Database.open(postgres.createDatabase("injection_auditor"), LocalPostgres.USER, null)) {
                database.migrate();
                measure(kafka, database.jooq());
            }
        } finally {
            Folders.delete(folder);
        }
        return 0;
    }

    private static void noteCommits(LocalPostgres postgres) throws Exception {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set track_commit_timestamp = on");
        }
        postgres.stop();
        postgres.startAgain();
    }

    private void measure(KafkaSettings kafka, DSLContext jooq) throws Exception {
        try (PretendedCluster cluster = new PretendedCluster(new PodTexts(), 0, false);
                KubernetesClient client = PretendedCluster.client(cluster.url());
                KafkaConsumer<String, byte[]> missed = new KafkaConsumer<>(kafka.consumer(Map.of()));
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(kafka.producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 5)));
                AuditRole audit = new AuditRole(
                        kafka,
                        jooq,
                        "bench",
                        1,
                        HistoryPolicy.defaults(),
                        RecreationPolicy.defaults(),
                        new SimpleMeterRegistry(),
                        InstantSource.system());
                ObserveRole observe = new ObserveRole(
                        client,
                        producer,
                        kafka.topics(),
                        new WatchedWebhook("bench", PretendedCluster.WEBHOOK),
                        200_000,
                        new ObserveRole.Probes(Duration.ZERO, "default"),
                        new SimpleMeterRegistry(),
                        InstantSource.system())) {
            Thread reader = Thread.ofPlatform().daemon().start(() -> read(missed, kafka.topics()));
            observe.start();
            while (!cluster.isWatched()) {
                TimeUnit.MILLISECONDS.sleep(10);
            }
            int next = create(cluster, 0, WARM_UP_RATE, WARM_UP_SECONDS);
            await(next, audit);
            Figures table = new Figures("Pods/s", "row: p50 ms", "p99 ms", "event: p50 ms", "p99 ms");
            for (int rate : rates) {
                int first = next;
                next = create(cluster, next, rate, Math.max(seconds, FEWEST_PODS / rate));
                await(next, audit);
                Map<UUID, Long> stored = stored(jooq);
                List<Double> rows = since(stored, first, next);
                List<Double> events = since(told, first, next);
                table.row(rate, at(rows, 50), at(rows, 99), at(events, 50), at(events, 99));
            }
            table.print(System.out);
            missed.wakeup();
            reader.join();
        }
    }

    private int create(PretendedCluster cluster, int first, int rate, int duration) {
        long start = System.nanoTime();
        for (int i = 0; i < rate * duration; i++) {
            LockSupport.parkNanos(start + i * TimeUnit.SECONDS.toNanos(1) / rate - System.nanoTime());
            created.put(PodTexts.uid(first + i), micros());
            cluster.createMissed(first + i);
        }
        return first + rate * duration;
    }

    private void await(int count, AuditRole audit) throws InterruptedException {
        while (told.size() < count) {
            if (!audit.hasProgressedWithin(Duration.ofMinutes(1))) {
                throw new IllegalStateException("the audit role makes no progress");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private void read(KafkaConsumer<String, byte[]> consumer, Topics topics) {
        EventCodec codec = new EventCodec();
        TopicPartition partition = new TopicPartition(topics.of(EventType.MISSED), 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        try {
            while (true) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (codec.decode(record.value()).data() instanceof MissedInjection event) {
                        told.putIfAbsent(event.pod().uid(), micros());
                    }
                }
            }
        } catch (WakeupException e) {
            // The end.
        } catch (InvalidEventException e) {
            throw new IllegalStateException("not what the auditor sends", e);
        }
    }

    private static Map<UUID, Long> stored(DSLContext jooq) {
        Map<UUID, Long> stored = new HashMap<>();
        // Of the first version of a row no later one tells; these Pods have only one, unless a cause changed.
        jooq.fetch("select ref, (extract(epoch from pg_xact_commit_timestamp(xmin)) * 1000000)::bigint"
                        + " from injection_auditor.evidence")
                .forEach(row -> stored.put(row.get(0, UUID.class), row.get(1, Long.class)));
        return stored;
    }

    private List<Double> since(Map<UUID, Long> times, int first, int next) {
        List<Double> millis = new ArrayList<>();
        for (int i = first; i < next; i++) {
            UUID pod = PodTexts.uid(i);
            millis.add((times.get(pod) - created.get(pod)) / 1e3);
        }
        return millis.stream().sorted().toList();
    }

    private static double at(List<Double> sorted, int percent) {
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private static long micros() {
        var now = InstantSource.system().instant();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }
}
