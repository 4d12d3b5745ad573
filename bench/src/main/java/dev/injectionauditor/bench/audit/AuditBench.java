package dev.injectionauditor.bench.audit;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.AuditRole;
import dev.injectionauditor.auditor.audit.HistoryPolicy;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.bench.CpuClock;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.Folders;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** From records in Kafka to committed rows, with some numbers of members, and the same rows by {@code COPY}. */
@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = "Throughput of the audit role: Kafka to committed rows, against COPY of the same rows.")
public final class AuditBench implements Callable<Integer> {

    /** Not measured: connections are made, caches filled, the compiler warms up. */
    private static final double WARM_UP = 0.2;

    private static final int WARM_UP_RUNS = 2;

    private static final double MICROS_PER_SECOND = 1e6;
    private static final int COPIES = 3;

    @Option(names = "--pods", defaultValue = "200000", description = "Pods in all. Default: ${DEFAULT-VALUE}")
    private int pods;

    @Option(names = "--clusters", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}")
    private int clusters;

    @Option(names = "--partitions", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}")
    private int partitions;

    @Option(
            names = "--members",
            split = ",",
            defaultValue = "1,2,4",
            description = "Numbers of members of the consumer group, one run for each. Default: ${DEFAULT-VALUE}")
    private List<Integer> members = List.of();

    @Option(
            names = "--history",
            defaultValue = "0",
            description = "Pods of the four weeks before, stored already. Default: ${DEFAULT-VALUE}")
    private int history;

    @Option(names = "--statements", description = "Also show which statements PostgreSQL spends its time on.")
    private boolean statements;

    private final EventCodec codec = new EventCodec();

    private record Run(String what, double perSecond, CpuClock.Spent spent, double events) {}

    /** Benchmarks are made by the command line. */
    public AuditBench() {}

    @Override
    public Integer call() throws Exception {
        Path folder = Files.createTempDirectory("injection-auditor-bench");
        try (LocalPostgres postgres =
                        LocalPostgres.start(Files.createTempDirectory("injection-auditor-bench-postgres"), 0);
                LocalKafka broker = LocalKafka.start(folder.resolve("kafka"), 0)) {
            KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers(), Topics.defaults());
            ServerSettings.set(postgres, settings());
            if (statements) {
                StatementProfile.enable(postgres);
            }
            broker.createTopics(kafka.topics(), partitions);
            long events = fill(kafka);
            System.out.printf(
                    "%,d events of %,d Pods in %d clusters, %d partitions%n", events, pods, clusters, partitions);
            measure(postgres, kafka, events, Files.createDirectory(folder.resolve("rows")));
        } finally {
            Folders.delete(folder);
        }
        return 0;
    }

    /** Much of a history is read at random, so memory is given as for a server of some size. */
    private Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>(Map.of("shared_buffers", "2GB"));
        if (statements) {
            settings.putAll(Map.of(
                    "shared_preload_libraries", StatementProfile.LIBRARY,
                    "pg_stat_statements.max", "10000",
                    "pg_stat_statements.track_planning", "on"));
        }
        return settings;
    }

    private long fill(KafkaSettings kafka) {
        AtomicLong events = new AtomicLong();
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(kafka.producer(Map.of(ProducerConfig.LINGER_MS_CONFIG, 20)))) {
            new FleetTraffic(clusters, 42, (source, event) -> {
                        producer.send(
                                new ProducerRecord<>(
                                        kafka.topics().of(event.type()),
                                        source.cluster(),
                                        codec.encode(CloudEvent.of(source, event))),
                                (sent, failure) -> {
                                    if (failure == null) {
                                        events.incrementAndGet();
                                    }
                                });
                    })
                    .send(pods);
        }
        return events.get();
    }

    private void measure(LocalPostgres postgres, KafkaSettings kafka, long events, Path rows) throws Exception {
        CpuClock cpu = new CpuClock(postgres);
        List<Run> runs = new ArrayList<>();
        String lastDatabase = "";
        try (Database past = Database.open(postgres.createDatabase("past"), LocalPostgres.USER, null)) {
            past.migrate();
            if (history > 0) {
                EarlierPods.fill(past.jooq(), clusters, history);
            }
        }
        // The first runs are not reported: the compiler has much to do yet.
        List<Integer> counts = Stream.concat(
                        Collections.nCopies(WARM_UP_RUNS, members.getFirst()).stream(), members.stream())
                .toList();
        for (int count : counts) {
            Progress from = null;
            if (!lastDatabase.isEmpty()) {
                // What the server does of itself after so many new rows is not part of the next run.
                postgres.dropDatabase(lastDatabase);
            }
            lastDatabase = "audited_" + runs.size() + "_by_" + count;
            try (Database database =
                    Database.open(postgres.createDatabase(lastDatabase, "past"), LocalPostgres.USER, null)) {
                List<AuditRole> roles = new ArrayList<>();
                try {
                    for (int i = 0; i < count; i++) {
                        roles.add(role(kafka, database.jooq()));
                    }
                    awaitProgress(database.jooq(), cpu, (long) (events * WARM_UP) / 2);
                    analyzeNewTables(database.jooq());
                    from = awaitProgress(database.jooq(), cpu, (long) (events * WARM_UP));
                    Progress until = awaitProgress(database.jooq(), cpu, events);
                    runs.add(new Run(
                            count + (count == 1 ? " member" : " members"),
                            until.perSecondSince(from),
                            until.cpu().minus(from.cpu()),
                            until.events() - from.events()));
                } finally {
                    roles.forEach(AuditRole::close);
                }
            }
        }
        if (statements) {
            StatementProfile.print(postgres);
        }
        List<Run> reported = new ArrayList<>(runs.subList(WARM_UP_RUNS, runs.size()));
        // The rows of a history were not written in this run.
        double copied = history > 0 ? Double.NaN : copy(postgres, lastDatabase, cpu, events, rows, reported);
        Figures table = new Figures("", "events/s", "of COPY", "CPU us/event, JVM", "PostgreSQL");
        for (Run run : reported) {
            table.row(
                    run.what(),
                    run.perSecond(),
                    Double.isNaN(copied) ? "" : percent(run.perSecond() / copied),
                    run.spent().self() / run.events() * MICROS_PER_SECOND,
                    run.spent().postgres() / run.events() * MICROS_PER_SECOND);
        }
        table.print(System.out);
    }

    /** As the server does by itself a minute after a table has become large. */
    private static void analyzeNewTables(DSLContext jooq) {
        jooq.fetch("""
                        select oid::regclass::text from pg_class
                        where relnamespace = '%s'::regnamespace and relkind = 'r' and reltuples < 0
                        """.formatted(Database.SCHEMA))
                .getValues(0, String.class)
                .forEach(table -> jooq.execute("analyze " + table));
    }

    /** Loads the rows of a database by {@code COPY}, adds the best run to these, and returns its events per second. */
    private static double copy(
            LocalPostgres postgres, String database, CpuClock cpu, long events, Path rows, List<Run> runs)
            throws Exception {
        TableCopy copy = new TableCopy(rows);
        copy.unload(postgres.jdbcUrl(database));
        String peer = postgres.createDatabase("copied", database);
        TableCopy.Load best = copy.load(peer, cpu);
        for (int i = 1; i < COPIES; i++) {
            TableCopy.Load load = copy.load(peer, cpu);
            best = load.took().compareTo(best.took()) < 0 ? load : best;
        }
        double perSecond = events / (best.took().toNanos() / 1e9);
        runs.add(new Run("COPY, best of " + COPIES, perSecond, best.spent(), events));
        return perSecond;
    }

    private static String percent(double ratio) {
        return Math.round(ratio * 100) + " %";
    }

    private AuditRole role(KafkaSettings kafka, DSLContext jooq) {
        return new AuditRole(
                kafka,
                jooq,
                "bench",
                partitions,
                HistoryPolicy.defaults(),
                RecreationPolicy.defaults(),
                new SimpleMeterRegistry(),
                InstantSource.system());
    }

    private record Progress(long nanos, double events, CpuClock.Spent cpu) {

        double perSecondSince(Progress earlier) {
            return (events - earlier.events) / ((nanos - earlier.nanos) / 1e9);
        }
    }

    /** Waits until so many events are committed. */
    private static Progress awaitProgress(DSLContext jooq, CpuClock cpu, long events) throws InterruptedException {
        while (true) {
            double done = jooq.fetchSingle(
                            "select coalesce(sum(next_offset), 0) from injection_auditor.consumer_offset")
                    .get(0, Double.class);
            if (done >= events) {
                return new Progress(System.nanoTime(), done, cpu.now());
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
