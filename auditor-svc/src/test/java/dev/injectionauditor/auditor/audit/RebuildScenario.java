package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.KafkaSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Random traffic on topics, and a database that an audit role has filled from it. */
public final class RebuildScenario {

    private final Topics topics;

    private RebuildScenario(Topics topics) {
        this.topics = topics;
    }

    /** Lets the audit role read everything into this database. */
    public static RebuildScenario audited(LocalServices services, Database database) {
        Topics topics = services.freshTopics(2);
        KafkaSettings kafka = KafkaSettings.of(services.kafka().bootstrapServers(), topics);
        List<ProducerRecord<String, byte[]>> records = Traffic.of(1_500, new Random(), topics);
        try (KafkaProducer<String, byte[]> producer = new KafkaProducer<>(kafka.producer(Map.of()))) {
            records.forEach(producer::send);
        }
        try (AuditRole role = Auditing.role(kafka, database.jooq(), 2, new SimpleMeterRegistry())) {
            await().atMost(Duration.ofMinutes(1)).until(() -> Auditing.read(database.jooq()) == records.size());
            assertThat(role.hasProgressedWithin(Duration.ofMinutes(1))).isTrue();
        }
        return new RebuildScenario(topics);
    }

    public String topicPrefix() {
        return topics.prefix();
    }

    /** All that is compared. */
    public Map<String, List<String>> contents(Database database) {
        return Tables.contents(database.jooq());
    }

    /** Whether events wait to be sent. */
    public boolean isAnythingToTell(Database database) {
        return database.jooq().fetchExists(OUTBOX);
    }
}
