package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.StoredWindows;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.LocalKafka;
import dev.injectionauditor.localstack.LocalPostgres;
import dev.injectionauditor.localstack.junit.LongTest;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The audit role as a process of its own, killed (SIGKILL) again and again while it works: in the end the tables are
 * those of an undisturbed run, and the topics say what the tables say.
 */
class AuditKillIT {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final int PARTITIONS = 3;

    private final Topics topics = Topics.defaults();
    private LocalPostgres postgres;
    private LocalKafka kafka;
    private KafkaSettings settings;
    private Process auditor;

    @BeforeEach
    void start() throws Exception {
        postgres = LocalPostgres.start(Files.createTempDirectory("test-postgres"), 0);
        kafka = LocalKafka.start(Files.createTempDirectory("test-kafka"), 0);
        kafka.createTopics(topics, PARTITIONS);
        settings = KafkaSettings.of(kafka.bootstrapServers(), topics);
    }

    @AfterEach
    void stop() throws Exception {
        if (auditor != null) {
            auditor.destroyForcibly().waitFor();
        }
        postgres.close();
        kafka.close();
    }

    @Test
    void shouldSurviveAFewKills() throws Exception {
        check(4_000, 6, false);
    }

    @Test
    @LongTest
    void shouldSurviveFiftyKillsAndRestartsOfWhatItNeeds() throws Exception {
        check(30_000, 50, true);
    }

    private void check(int pods, int kills, boolean restarts) throws Exception {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        // Given traffic of some clusters
        List<ProducerRecord<String, byte[]>> records = Traffic.of(pods, random, topics);
        String url = postgres.createDatabase("killed");
        try (Database database = Database.open(url, LocalPostgres.USER, null)) {
            DSLContext db = database.jooq();
            database.migrate();
            CommittedEvents.record(db);

            // When a part of it is sent, the auditor is started, and killed at any moment of its work, and so on
            int atWork = 0;
            for (int kill = 0; kill < kills; kill++) {
                send(records.subList(records.size() * kill / kills, records.size() * (kill + 1) / kills));
                long before = read(db);
                // Many short transactions, so that it is killed within them and between them.
                auditor = auditor(url, 20);
                await().atMost(PATIENCE).until(() -> read(db) > before || !auditor.isAlive());
                Thread.sleep(random.nextInt(400)); // any moment
                if (restarts && kill % 10 == 3) {
                    restartPostgres();
                } else if (restarts && kill % 10 == 7) {
                    kafka.stop();
                    kafka.startAgain();
                }
                auditor.destroyForcibly().waitFor();
                atWork += read(db) < records.size() * (kill + 1L) / kills || db.fetchExists(OUTBOX) ? 1 : 0;
            }
            assertThat(atWork).as("kills that left work undone").isGreaterThan(kills / 3);
            auditor = auditor(url, 2_000);
            long all = records.size();
            await().atMost(PATIENCE).until(() -> read(db) == all && db.fetchCount(OUTBOX) == 0);
            auditor.destroy();
            assertThat(auditor.waitFor(30, TimeUnit.SECONDS)).isTrue();

            // Then the tables are those of an undisturbed run
            String undisturbedUrl = postgres.createDatabase("undisturbed");
            try (Database undisturbed = Database.open(undisturbedUrl, LocalPostgres.USER, null)) {
                undisturbed.migrate();
                new Rebuild(settings, undisturbed.jooq(), HistoryPolicy.defaults(), InstantSource.system()).run();
                assertSame(Tables.contents(db), Tables.contents(undisturbed.jooq()), seed);
            }
            // And the windows are those of the definition
            StoredWindows.assertThoseOfTheEvidence(db, HistoryPolicy.defaults().quietPeriod(), "seed " + seed);
            // And the topics say the same
            List<ConsumerRecord<String, byte[]>> told = told();
            assertTold(told, db, seed);
            // And they hold each event that was committed, in order, and again only after an interruption
            CommittedEvents.assertTold(db, told, kills + (restarts ? kills / 5 : 0), seed);
        }
    }

    private void send(List<ProducerRecord<String, byte[]>> records) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(settings.producer(Map.of()))) {
            records.forEach(producer::send);
        }
    }

    private void restartPostgres() throws Exception {
        postgres.stop();
        postgres.startAgain();
    }

    private static long read(DSLContext db) {
        try {
            return Auditing.read(db);
        } catch (DataAccessException e) {
            return 0; // the server is being restarted
        }
    }

    private Process auditor(String url, int pollRecords) throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-jar",
                        "target/auditor-svc.jar",
                        "--roles=audit",
                        "--cluster=any",
                        "--postgres-url=" + url,
                        "--postgres-user=" + LocalPostgres.USER,
                        "--kafka-bootstrap-servers=" + kafka.bootstrapServers(),
                        // Takes the place of the killed one at once, instead of after a session timeout.
                        "--kafka-property=group.instance.id=auditor-0",
                        "--kafka-property=max.poll.records=" + pollRecords,
                        "--management-port=0")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(new File("target/AuditKillIT.log")))
                .start();
    }

    private static void assertSame(Map<String, List<String>> killed, Map<String, List<String>> undisturbed, long seed) {
        assertThat(killed.keySet()).isEqualTo(undisturbed.keySet());
        undisturbed.forEach((table, rows) -> {
            List<String> more = new ArrayList<>(killed.get(table));
            List<String> less = new ArrayList<>(rows);
            more.removeAll(new HashSet<>(rows));
            less.removeAll(new HashSet<>(killed.get(table)));
            assertThat(more)
                    .as("seed %d: only in %s after kills, instead of %s", seed, table, less)
                    .isEmpty();
            assertThat(killed.get(table)).as("seed %d: %s", seed, table).hasSameSizeAs(rows);
        });
        assertThat(undisturbed.get("pod")).isNotEmpty();
        assertThat(undisturbed.get("outage")).isNotEmpty();
        assertThat(undisturbed.get("recreation")).isNotEmpty();
        assertThat(undisturbed.get("poison_record")).isNotEmpty();
    }

    private static void assertTold(List<ConsumerRecord<String, byte[]>> told, DSLContext db, long seed)
            throws Exception {
        Map<UUID, Outage> outages = new HashMap<>();
        Map<String, MissedInjection> missed = new HashMap<>();
        for (ConsumerRecord<String, byte[]> record : told) {
            CloudEvent event = new EventCodec().decode(record.value());
            if (event.data() instanceof Outage outage) {
                outages.put(outage.outageId(), outage);
            } else if (event.data() instanceof MissedInjection miss) {
                missed.put(record.key() + miss.pod().uid(), miss);
            }
        }
        assertThat(outages.values().stream()
                        .filter(outage -> outage.state() != Outage.State.REMOVED)
                        .map(outage -> List.of(
                                outage.outageId(),
                                outage.startedBy(),
                                outage.endedAfter(),
                                outage.missed(),
                                outage.probes(),
                                outage.applied())))
                .as("seed %d", seed)
                .containsExactlyInAnyOrderElementsOf(db.selectFrom(OUTAGE)
                        .fetch(row -> List.of(
                                row.getOutageId(),
                                row.getStartedBy(),
                                row.getEndedAfter(),
                                row.getMissed(),
                                row.getProbes(),
                                row.getApplied())));
        Set<String> stored = db.selectFrom(POD)
                .where(POD.VERDICT.eq(Verdict.MISSED))
                .fetchSet(row -> row.getPodUid() + " " + row.getCause());
        assertThat(missed.values().stream()
                        .filter(miss -> miss.status() == MissedInjection.Status.FOUND)
                        .map(miss -> miss.pod().uid() + " " + miss.cause())
                        .collect(Collectors.toSet()))
                .as("seed %d", seed)
                .isEqualTo(stored);
    }

    /** All records of the topics that the auditor writes to, in order within each. */
    private List<ConsumerRecord<String, byte[]>> told() {
        List<ConsumerRecord<String, byte[]>> told = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(settings.consumer(Map.of()))) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (EventType type : List.of(EventType.OUTAGE, EventType.MISSED)) {
                for (int partition = 0; partition < PARTITIONS; partition++) {
                    partitions.add(new TopicPartition(topics.of(type), partition));
                }
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
                consumer.poll(Duration.ofMillis(200)).forEach(told::add);
            }
        }
        return told;
    }
}
