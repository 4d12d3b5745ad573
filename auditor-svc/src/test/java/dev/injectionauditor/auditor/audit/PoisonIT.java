package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.named;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
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
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
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
                pods(SOURCE.cluster(), encoded(missed(8, 20)))));

        // When they are audited
        DSLContext db = database.get().jooq();
        try (AuditRole role = Auditing.role(kafka, db, 1, metrics)) {
            await().atMost(Duration.ofSeconds(30)).until(() -> db.fetchCount(POISON_RECORD) == 11);
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
                        tuple(11L, "data does not fit its type at containers"));
        assertThat(metrics.counter("injection_auditor_audit_poison_records").count())
                .isEqualTo(11);
        assertThat(metrics.counter("injection_auditor_audit_records").count()).isEqualTo(13);

        // And a rebuild sets the same aside
        new Rebuild(kafka, rebuilt.get().jooq(), HistoryPolicy.defaults(), InstantSource.system()).run();
        assertThat(Tables.contents(rebuilt.get().jooq())).isEqualTo(Tables.contents(db));
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
