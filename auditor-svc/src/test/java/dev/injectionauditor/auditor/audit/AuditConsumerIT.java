package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each share of the partitions is written by itself, but none is forgotten, and no part of a log that is read. */
class AuditConsumerIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    private static final WatchedWebhook REFUSED = new WatchedWebhook("garden-2", "hook.example.org");
    private static final int PODS = 10;

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private final EventCodec codec = new EventCodec();

    @Test
    void shouldWriteWhatHasFailedThoughOnlyOthersHaveMore() {
        // Given a database that does not take what one cluster has, for no fault of the records
        DSLContext db = database.get().jooq();
        refuse(db);
        Topics topics = SERVICES.freshTopics(2);
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        AtomicInteger others = new AtomicInteger();
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()));
                AuditRole role = Auditing.role(kafka, db, 2, new SimpleMeterRegistry())) {
            for (int i = 0; i < PODS; i++) {
                producer.send(record(topics, 1, REFUSED, injected(i, i)));
            }

            // When that has been tried, while the other share of the partitions has more and more
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                producer.send(record(topics, 0, SOURCE, injected(others.incrementAndGet(), 0)));
                return db.fetchSingle("select last_value > 2 from test.tried").get(0, Boolean.class);
            });
            assertThat(stored(db, REFUSED)).isZero();

            // And the database takes it again
            db.execute("drop trigger refuse on injection_auditor.watched_webhook");
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                producer.send(record(topics, 0, SOURCE, injected(others.incrementAndGet(), 0)));
                return stored(db, REFUSED) == PODS;
            });

            // Then nothing of either share is missing
            producer.flush();
            await().atMost(Duration.ofSeconds(30)).until(() -> stored(db, SOURCE) == others.get());
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }
        assertThat(Auditing.read(db)).isEqualTo(PODS + others.get());
        assertThat(db.fetchCount(POISON_RECORD)).isZero();
    }

    @Test
    void shouldReadATopicFromItsBeginningThatWasMadeAnew() throws Exception {
        // Given Pods that were audited
        DSLContext db = database.get().jooq();
        Topics topics = SERVICES.freshTopics(1);
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        TopicPartition pods = new TopicPartition(topics.of(EventType.POD), 0);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()));
                AuditRole role = Auditing.role(kafka, db, 1, new SimpleMeterRegistry())) {
            for (int i = 0; i < PODS; i++) {
                producer.send(record(topics, 0, SOURCE, injected(i, i)));
            }
            await().atMost(Duration.ofSeconds(30)).until(() -> stored(db, SOURCE) == PODS);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }

        // When the topic is made anew while nobody reads, and has fewer records than before
        try (Admin admin = Admin.create(kafka.admin())) {
            admin.deleteTopics(List.of(pods.topic())).all().get();
            await().atMost(Duration.ofSeconds(30)).ignoreExceptions().until(() -> {
                admin.createTopics(List.of(new NewTopic(pods.topic(), 1, (short) 1)))
                        .all()
                        .get();
                return true;
            });
        }
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            producer.send(record(topics, 0, SOURCE, injected(PODS, PODS)));
            producer.send(record(topics, 0, SOURCE, injected(0, 0)));
        }

        // Then it is read from its beginning, and so is what follows
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()));
                AuditRole role = Auditing.role(kafka, db, 1, new SimpleMeterRegistry())) {
            await().atMost(Duration.ofSeconds(30)).until(() -> stored(db, SOURCE) == PODS + 1);
            producer.send(record(topics, 0, SOURCE, injected(PODS + 1, PODS + 1)));
            await().atMost(Duration.ofSeconds(30)).until(() -> stored(db, SOURCE) == PODS + 2);
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }
        assertThat(ConsumerOffsets.load(db, List.of(pods))).isEqualTo(Map.of(pods, 3L));
        assertThat(db.fetchCount(POISON_RECORD)).isZero();
    }

    @Test
    void shouldTellThatPodsWereWatchedOnceNearlyAllOfThemAreRead() {
        // Given many Pods that nobody has read yet, and a signal that they were watched
        int pods = 50_000;
        DSLContext db = database.get().jooq();
        Topics topics = SERVICES.freshTopics(1);
        KafkaSettings kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            for (int i = 0; i < pods; i++) {
                producer.send(record(topics, 0, SOURCE, injected(i, 0)));
            }
            producer.send(record(topics, 0, SOURCE, new Signal.Watched(at(0), at(60), Signal.Watched.Begin.STARTED)));
        }
        noteHowMuchIsReadWithTheSignal(db, topics.of(EventType.POD));

        // When they are read
        try (AuditRole role = Auditing.role(kafka, db, 1, new SimpleMeterRegistry())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> db.fetchExists(WATCHED_SPAN));
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }

        // Then the history knew most of the Pods when it came to know that they were watched
        assertThat(db.fetchSingle("select of_pods from test.read").get(0, Long.class))
                .isGreaterThanOrEqualTo(pods - SignalsLast.MOST_BEHIND);
    }

    private static void noteHowMuchIsReadWithTheSignal(DSLContext db, String topic) {
        db.execute("create schema test");
        db.execute("create table test.read (of_pods bigint)");
        db.execute("""
                create function test.note() returns trigger language plpgsql as $$
                begin
                    insert into test.read
                    select coalesce(max(next_offset), 0) from injection_auditor.consumer_offset where topic = '%s';
                    return new;
                end $$
                """.formatted(topic));
        db.execute("""
                create trigger note before insert on injection_auditor.watched_span
                for each row execute function test.note()
                """);
    }

    private static void refuse(DSLContext db) {
        db.execute("create schema test");
        db.execute("create sequence test.tried");
        db.execute("""
                create function test.refuse() returns trigger language plpgsql as $$
                begin
                    perform nextval('test.tried');
                    raise exception 'not now' using errcode = 'insufficient_resources';
                end $$
                """);
        db.execute("""
                create trigger refuse before insert on injection_auditor.watched_webhook
                for each row when (new.cluster = 'garden-2') execute function test.refuse()
                """);
    }

    private ProducerRecord<String, byte[]> record(Topics topics, int partition, WatchedWebhook source, Event event) {
        return new ProducerRecord<>(
                topics.of(event.type()), partition, source.cluster(), codec.encode(CloudEvent.of(source, event)));
    }

    private static int stored(DSLContext db, WatchedWebhook source) {
        return db.fetchCount(
                POD.join(WATCHED_WEBHOOK).on(WATCHED_WEBHOOK.WEBHOOK_ID.eq(POD.WEBHOOK_ID)),
                WATCHED_WEBHOOK.CLUSTER.eq(source.cluster()));
    }
}
