package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.db.tables.records.OutageRecord;
import dev.injectionauditor.auditor.observe.Recording;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The recorded traffic of a real control plane, through Kafka into PostgreSQL: what its README says must come out. */
class RecordedScenarioIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook SOURCE = new WatchedWebhook("recorded", Recording.WEBHOOK);

    @Test
    void shouldFindTheVerdictsAndTheTwoOutagesOfTheRecording() throws Exception {
        // Given the recording on the topics, and a record that is no event in between
        Topics topics = SERVICES.freshTopics(1);
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        Recording recording = new Recording();
        List<Event> events = Stream.concat(recording.admissions().stream(), recording.observations().stream())
                .toList();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            producer.send(new ProducerRecord<>(topics.of(events.getFirst().type()), "recorded", new byte[] {'?'}));
            for (Event event : events) {
                producer.send(new ProducerRecord<>(
                        topics.of(event.type()), "recorded", new EventCodec().encode(CloudEvent.of(SOURCE, event))));
            }
        }

        // When it is audited
        DSLContext db = database.get().jooq();
        try (AuditRole audit = Auditing.role(kafka, db, 1, new SimpleMeterRegistry())) {
            await().until(() -> Auditing.read(db) == events.size() + 1);
            assertThat(audit.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();

            // Then the verdicts are those of the recording's README
            assertThat(names(db, Verdict.MISSED))
                    .containsExactlyInAnyOrder(
                            "web-8d88b6668-5vkzc",
                            "web-8d88b6668-4b4sr",
                            "web-8d88b6668-2lt9z",
                            "web-8d88b6668-wjq5m",
                            "bare-a",
                            "bare-b",
                            "slow-a",
                            "slow-b",
                            "web-8d88b6668-cpp5l",
                            "web-8d88b6668-tw7rz");
            assertThat(names(db, Verdict.PRESET)).containsExactly("preset");
            assertThat(names(db, Verdict.INJECTED)).hasSize(18).contains("db-0", "db-1", "last", "bare");
            assertThat(names(db, Verdict.INCOMPLETE)).isEmpty();
            assertThat(names(db, Verdict.PREDATES)).isEmpty();
            assertThat(db.fetchExists(POD, POD.POD_NAME.eq("unhooked"))).isFalse();

            // And the outages
            assertThat(db.selectFrom(OUTAGE).orderBy(OUTAGE.STARTED_BY).fetch())
                    .extracting(
                            OutageRecord::getStartedAfter,
                            OutageRecord::getStartedBy,
                            OutageRecord::getEndedAfter,
                            OutageRecord::getEndedBefore,
                            OutageRecord::getMissed,
                            OutageRecord::getPreset,
                            OutageRecord::getApplied)
                    .containsExactly(
                            tuple(at(9), at(14), at(18), at(23), 6L, 1L, 0L),
                            tuple(at(23), at(30), at(35), at(38), 4L, 0L, 0L));

            // And the late answer is told from the rest
            assertThat(db.fetchSingle(MISSED_INJECTIONS, MISSED_INJECTIONS.POD_NAME.eq("slow-a"))
                            .getCause())
                    .isEqualTo(Cause.LATE_ANSWER);
            assertThat(db.fetchSingle(MISSED_INJECTIONS, MISSED_INJECTIONS.POD_NAME.eq("slow-b"))
                            .getCause())
                    .isEqualTo(Cause.UNKNOWN);

            // And the record that is no event was set aside
            assertThat(db.selectFrom(POISON_RECORD).fetch()).singleElement().satisfies(poison -> {
                assertThat(poison.getReason()).isEqualTo("not JSON");
                assertThat(poison.getRecordOffset()).isZero();
            });
        }
    }

    private static List<String> names(DSLContext db, Verdict verdict) {
        return db.select(POD.POD_NAME).from(POD).where(POD.VERDICT.eq(verdict)).fetch(POD.POD_NAME);
    }

    private static Instant at(int second) {
        return Instant.parse("2026-11-23T06:43:00Z").plusSeconds(second);
    }
}
