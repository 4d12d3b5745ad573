package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the recreation requests of one cluster from Kafka into the journal. An offset is committed once its request is
 * there, so none is lost; one that comes again is known by its id.
 */
final class Intake implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final Journal journal;
    private final String cluster;
    private final EventCodec codec = new EventCodec();

    Intake(Consumer<String, byte[]> consumer, Journal journal, Topics topics, String cluster) {
        this.consumer = consumer;
        this.journal = journal;
        this.cluster = cluster;
        consumer.subscribe(List.of(topics.of(EventType.RECREATION_REQUEST)));
    }

    @Override
    public boolean runOnce() {
        ConsumerRecords<String, byte[]> records = consumer.poll(LONGEST_POLL);
        List<Entry> requests = new ArrayList<>();
        records.forEach(record -> request(record).ifPresent(requests::add));
        try {
            journal.accept(requests);
        } catch (RuntimeException e) {
            // What was not written has to be read again.
            records.partitions()
                    .forEach(partition -> consumer.seek(
                            partition, records.records(partition).getFirst().offset()));
            throw e;
        }
        if (!records.isEmpty()) {
            consumer.commitSync();
        }
        return true;
    }

    private Optional<Entry> request(ConsumerRecord<String, byte[]> record) {
        if (!cluster.equals(record.key())) {
            return Optional.empty();
        }
        try {
            CloudEvent event = codec.decode(record.value());
            return event.data() instanceof RecreationRequest request
                            && event.source().cluster().equals(cluster)
                    ? Optional.of(Entry.accepted(event, request))
                    : Optional.empty();
        } catch (InvalidEventException e) {
            // The audit role reads this topic too and sets such a record aside.
            LOG.atWarn()
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("reason", e.getMessage())
                    .log("Passed over a record that is not a recreation request");
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
