package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.named;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_SETTING;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.assertj.core.groups.Tuple;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Records that nobody can use are set aside with place and reason, and the rest goes on. */
class PoisonIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @RegisterExtension
    final FreshDatabase<Database> rebuilt = new FreshDatabase<>(Database::open, Database::migrate);

    private static final EventCodec CODEC = new EventCodec();
    /** Too long for an index even when it is compressed. */
    private static final String LONG = new Random(1)
            .ints(10_000, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Topics topics;
    private KafkaSettings kafka;

    @BeforeEach
    void makeTopics() {
        topics = SERVICES.freshTopics(1);
        kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
    }

    @Test
    void shouldSetAsideWhatCannotBeUsedAndUseTheRest() {
        // Given good Pods around records that cannot be understood, are not for this topic, or cannot be stored
        send(List.of(
                pods(SOURCE.cluster(), encoded(injected(1, 10))),
                pods(SOURCE.cluster(), "{".getBytes(UTF_8)),
                pods(SOURCE.cluster(), null),
                pods("garden-2", encoded(injected(2, 10))),
                pods(null, encoded(injected(3, 10))),
                pods(SOURCE.cluster(), encoded(injected(4, 10)), "\"1004\"", "\"a1004\""),
                pods(SOURCE.cluster(), encoded(outage())),
                pods(SOURCE.cluster(), encoded(named(missed(5, 10), "nul")), "\"nul\"", "\"n\\u0000l\""),
                pods(SOURCE.cluster(), encoded(missed(6, 10)), "2026-11-23T06:00:10Z", "+300000-01-01T00:00:00Z"),
                pods(SOURCE.cluster(), encoded(missed(7, 10)), "2026-11-23T06:00:10Z", Instant.MAX.toString()),
                pods(SOURCE.cluster(), encoded(new Signal.Endpoints(1, Instant.MIN))),
                pods(SOURCE.cluster(), encoded(missed(9, 10)), "\"containers\":1", "\"containers\":2147483648"),
                pods(SOURCE.cluster(), encoded(named(missed(10, 10), LONG))),
                pods(SOURCE.cluster(), encoded(missed(8, 20)))));

        // When they are audited
        DSLContext db = database.get().jooq();
        try (AuditRole role = Auditing.role(kafka, db, 1, metrics)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> db.fetchCount(POISON_RECORD) == 12);
            await().atMost(Duration.ofSeconds(30)).until(() -> db.fetchCount(POD) == 2);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }

        // Then the rest has had its effects, and each of the others is told with its place and what is wrong
        assertThat(db.selectFrom(POD).orderBy(POD.POD_UID).fetch(POD.VERDICT))
                .containsExactly(Verdict.INJECTED, Verdict.MISSED);
        assertThat(poison(db))
                .containsExactly(
                        tuple(1L, "not JSON"),
                        tuple(2L, "the record has no value"),
                        tuple(3L, "the key of the record is not the cluster of its source"),
                        tuple(4L, "the key of the record is not the cluster of its source"),
                        tuple(5L, "resourceVersion is not a decimal number of 64 bits"),
                        tuple(6L, "an event that the auditor itself sends"),
                        tuple(7L, "cannot be stored: SQLSTATE 22021"),
                        tuple(8L, "cannot be stored: a number or time is out of range"),
                        tuple(9L, "cannot be stored: a number or time is out of range"),
                        tuple(10L, "cannot be stored: a number or time is out of range"),
                        tuple(11L, "data does not fit its type at containers"),
                        tuple(12L, "cannot be stored: SQLSTATE 54000"));
        assertThat(metrics.counter("injection_auditor_audit_poison_records").count())
                .isEqualTo(12);
        assertThat(metrics.counter("injection_auditor_audit_records").count()).isEqualTo(14);

        // And a rebuild sets the same aside
        new Rebuild(kafka, rebuilt.get().jooq(), HistoryPolicy.defaults(), InstantSource.system()).run();
        assertThat(Tables.contents(rebuilt.get().jooq())).isEqualTo(Tables.contents(db));
    }

    @Test
    void shouldSetAsideWhatTheDatabaseOrThisProgramRefuses() {
        // Given a version that is no number, texts too long for an index, and times beyond all calendars
        String text = incompressible(4_000);
        RecreationResult result = new RecreationResult(
                uid(5) + "/1",
                missed(5, 10).pod(),
                RecreationResult.Outcome.GONE,
                null,
                null,
                Instant.MAX,
                "somebody",
                null);
        send(List.of(
                record(new Signal.RecreationSetting("shop", RecreationMode.PLAN, "a7", at(0))),
                record(new Signal.RecreationSetting("bank", RecreationMode.PLAN, "7", at(0))),
                record(request(text)),
                record(request(uid(1) + "/1")),
                record(result),
                record(named(missed(1, 10), text)),
                record(missed(2, 10))));

        // When they are audited
        DSLContext db = database.get().jooq();
        try (AuditRole role = Auditing.role(kafka, db, 1, metrics)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> Auditing.read(db) == 7);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }

        // Then they are told, and the rest has had its effects
        assertThat(db.selectFrom(POISON_RECORD).fetch(row -> tuple(topic(row.getTopic()), row.getReason())))
                .containsExactlyInAnyOrder(
                        tuple("signals", "resourceVersion is not a decimal number of 64 bits"),
                        tuple("recreation-requests", "cannot be stored: SQLSTATE 54000"),
                        tuple("recreation-results", "cannot be stored: a number or time is out of range"),
                        tuple("pods", "cannot be stored: SQLSTATE 54000"));
        assertThat(db.selectFrom(POD).fetch(POD.POD_UID)).containsExactly(uid(2));
        assertThat(db.selectFrom(RECREATION).fetch(RECREATION.REQUEST_ID)).containsExactly(uid(1) + "/1");
        assertThat(db.selectFrom(RECREATION_SETTING).fetch(RECREATION_SETTING.NAMESPACE))
                .containsExactly("bank");
    }

    @Test
    void shouldTakeAnOlderVersionWithATimeFinerThanTheDatabaseKeeps() {
        // Given a Pod that is stored
        DSLContext db = database.get().jooq();
        try (AuditRole role = Auditing.role(kafka, db, 1, metrics)) {
            send(List.of(pods(SOURCE.cluster(), encoded(injected(1, 10)), "06:00:10Z", "06:00:10.000000499Z")));
            await().atMost(Duration.ofSeconds(30)).until(() -> db.fetchCount(POD) == 1);

            // When an older version of it comes
            String older = new String(encoded(missed(1, 10)), UTF_8)
                    .replace("\"1001\"", "\"900\"")
                    .replace("06:00:10Z", "06:00:10.000000499Z");
            send(List.of(pods(SOURCE.cluster(), older.getBytes(UTF_8))));
            await().atMost(Duration.ofSeconds(30)).until(() -> Auditing.read(db) == 2);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }

        // Then it decides
        assertThat(db.selectFrom(POD).fetch(POD.VERDICT)).containsExactly(Verdict.MISSED);
        assertThat(db.fetchExists(POISON_RECORD)).isFalse();
    }

    private String topic(String name) {
        return name.substring(topics.prefix().length() + 1);
    }

    private static String incompressible(int length) {
        return new Random(1)
                .ints(length, 'a', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static RecreationRequest request(String id) {
        return new RecreationRequest(id, missed(1, 10).pod(), null, 1, false, at(20), at(80));
    }

    private ProducerRecord<String, byte[]> record(Event event) {
        return new ProducerRecord<>(topics.of(event.type()), SOURCE.cluster(), encoded(event));
    }

    private static List<Tuple> poison(DSLContext db) {
        return db.selectFrom(POISON_RECORD)
                .orderBy(POISON_RECORD.RECORD_OFFSET)
                .fetch(row -> tuple(row.getRecordOffset(), row.getReason()));
    }

    private void send(List<ProducerRecord<String, byte[]>> records) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            records.forEach(producer::send);
        }
    }

    private ProducerRecord<String, byte[]> pods(String key, byte[] value) {
        return new ProducerRecord<>(topics.of(EventType.POD), key, value);
    }

    private ProducerRecord<String, byte[]> pods(String key, byte[] value, String good, String bad) {
        String text = new String(value, UTF_8);
        assertThat(text).contains(good);
        return pods(key, text.replace(good, bad).getBytes(UTF_8));
    }

    private static byte[] encoded(Event event) {
        return CODEC.encode(CloudEvent.of(SOURCE, event));
    }

    private static Outage outage() {
        return new Outage(
                UUID.randomUUID(), Outage.State.OPEN, null, at(1), at(1), null, Outage.Coverage.FULL, 1, 0, 0, 0);
    }
}
