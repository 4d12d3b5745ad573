package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.CONSUMER_OFFSET;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.service.KafkaSettings;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills an empty database from the topics, as the audit role did, but tells nobody and drops nothing for its age: what
 * it finds has been told already. It belongs to no consumer group, so it does not disturb an auditor that runs.
 */
public final class Rebuild {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);
    private static final long TOLD_EVERY = 100_000;

    private final KafkaSettings kafka;
    private final DSLContext db;
    private final BatchWriter writer;

    /** A rebuild that has not begun. */
    public Rebuild(KafkaSettings kafka, DSLContext db, HistoryPolicy policy, InstantSource clock) {
        this.kafka = kafka;
        this.db = db;
        this.writer = new BatchWriter(
                db,
                new BatchDecoder(new EventCodec()),
                new History((tx, source, events) -> {}, policy, clock),
                (batch, effects) -> {});
    }

    /** Whether there is nothing in the database that a rebuild would have to agree with. */
    public boolean isDatabaseEmpty() {
        return !db.fetchExists(CONSUMER_OFFSET) && !db.fetchExists(WATCHED_WEBHOOK);
    }

    /** Reads the topics from their beginning to what is their end now. Returns the number of records read. */
    public long run() {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(kafka.consumer(Map.of(
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none", ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000)))) {
            List<TopicPartition> partitions = AuditConsumer.topics(kafka.topics()).stream()
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(found -> new TopicPartition(found.topic(), found.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> positions = new HashMap<>(consumer.beginningOffsets(partitions));
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            positions.forEach(consumer::seek);
            return read(consumer, positions, ends);
        }
    }

    private long read(
            KafkaConsumer<String, byte[]> consumer,
            Map<TopicPartition, Long> positions,
            Map<TopicPartition, Long> ends) {
        long count = 0;
        long tell = TOLD_EVERY;
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            ConsumerRecords<String, byte[]> records = consumer.poll(LONGEST_POLL);
            if (!records.isEmpty()) {
                writer.write(records, positions);
                count += records.count();
            }
            if (count >= tell) {
                LOG.atInfo().addKeyValue("records", count).log("Rebuilding");
                tell = count + TOLD_EVERY;
            }
        }
        return count;
    }
}
