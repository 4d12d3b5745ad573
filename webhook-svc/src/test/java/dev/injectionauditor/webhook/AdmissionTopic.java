package dev.injectionauditor.webhook;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads the topic of admissions from its beginning. The topic must have one partition. */
public final class AdmissionTopic implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final KafkaConsumer<String, byte[]> consumer;
    private final EventCodec codec = new EventCodec();

    /** A reader of the topic with this prefix. */
    public AdmissionTopic(String bootstrapServers, Topics topics) {
        consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(List.of(new TopicPartition(topics.of(EventType.ADMISSION), 0)));
    }

    /** The next records in order, at least so many; fewer if they do not come within a minute. */
    public List<ConsumerRecord<String, byte[]>> next(int atLeast) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        Instant end = Instant.now().plus(LIMIT);
        while (records.size() < atLeast && Instant.now().isBefore(end)) {
            consumer.poll(Duration.ofMillis(200)).forEach(records::add);
        }
        return records;
    }

    /** The admissions in the next records. */
    public List<Admission> nextAdmissions(int atLeast) {
        return next(atLeast).stream().map(record -> decode(record.value())).toList();
    }

    private Admission decode(byte[] event) {
        try {
            return (Admission) codec.decode(event).data();
        } catch (InvalidEventException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
