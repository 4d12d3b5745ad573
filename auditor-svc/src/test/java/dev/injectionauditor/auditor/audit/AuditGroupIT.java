package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Several members of the consumer group share the work, come and go, and keep one history. */
class AuditGroupIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @RegisterExtension
    final FreshDatabase<Database> undisturbed = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int PARTITIONS = 6;

    private Topics topics;
    private KafkaSettings kafka;

    @BeforeEach
    void makeTopics() {
        topics = SERVICES.freshTopics(PARTITIONS);
        kafka = KafkaSettings.of(SERVICES.kafka().bootstrapServers(), topics);
    }

    @Test
    void shouldKeepOneHistoryWhileMembersComeAndGo() throws Exception {
        long seed = new Random().nextLong();
        List<ProducerRecord<String, byte[]>> records = Traffic.of(3_000, new Random(seed), topics);
        int third = records.size() / 3;
        DSLContext db = database.get().jooq();
        try (Admin admin = Admin.create(kafka.admin())) {
            // Given a member that is at work
            AuditRole first = member(db);
            try {
                send(records.subList(0, third));
                await().atMost(PATIENCE).until(() -> Auditing.read(db) > 0);

                // When another one joins, more is sent, and the first one leaves
                try (AuditRole second = member(db)) {
                    await().atMost(PATIENCE).until(() -> members(admin).size() == 2);
                    assertThat(members(admin)).as("seed %d", seed).allSatisfy(AuditGroupIT::isCoPartitioned);
                    send(records.subList(third, 2 * third));
                    await().atMost(PATIENCE).until(() -> Auditing.read(db) > third);
                    first.close();
                    send(records.subList(2 * third, records.size()));

                    // Then everything has been read
                    await().atMost(PATIENCE)
                            .until(() -> Auditing.read(db) == records.size() && db.fetchCount(OUTBOX) == 0);
                    assertThat(second.hasProgressedWithin(PATIENCE)).isTrue();
                }
            } finally {
                first.close();
            }

            // And the tables are those of one reader that was never disturbed
            new Rebuild(kafka, undisturbed.get().jooq(), HistoryPolicy.defaults(), InstantSource.system()).run();
            assertThat(Tables.contents(db))
                    .as("seed %d", seed)
                    .isEqualTo(Tables.contents(undisturbed.get().jooq()));
        }
    }

    private AuditRole member(DSLContext db) {
        return Auditing.role(kafka, db, PARTITIONS, new SimpleMeterRegistry());
    }

    private Collection<MemberDescription> members(Admin admin) throws ExecutionException, InterruptedException {
        String group = Auditing.group(topics);
        return admin.describeConsumerGroups(List.of(group)).describedGroups().get(group).get().members().stream()
                .filter(member -> !member.assignment().topicPartitions().isEmpty())
                .toList();
    }

    /** Whether a member has the same partitions of each topic: all that concerns a cluster. */
    private static void isCoPartitioned(MemberDescription member) {
        Map<String, Set<Integer>> byTopic = member.assignment().topicPartitions().stream()
                .collect(Collectors.groupingBy(
                        TopicPartition::topic, Collectors.mapping(TopicPartition::partition, Collectors.toSet())));
        assertThat(byTopic).hasSize(5);
        assertThat(Set.copyOf(byTopic.values())).hasSize(1);
    }

    private void send(List<ProducerRecord<String, byte[]>> records) {
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            records.forEach(producer::send);
        }
    }
}
