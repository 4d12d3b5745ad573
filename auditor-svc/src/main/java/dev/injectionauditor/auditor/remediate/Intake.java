package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.postgres.Unstorable;
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
 * there, so none is lost; one that comes again is known by its id. What cannot be read or stored is passed over.
 */
final class Intake implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final Journal journal;
    private final String cluster;
    private final RemediateMetrics metrics;
    private final EventCodec codec = new EventCodec();

    /** A record with a request in it. */
    private record Request(ConsumerRecord<String, byte[]> record, Entry entry) {}

    Intake(
            Consumer<String, byte[]> consumer,
            Journal journal,
            Topics topics,
            String cluster,
            RemediateMetrics metrics) {
        this.consumer = consumer;
        this.journal = journal;
        this.cluster = cluster;
        this.metrics = metrics;
        consumer.subscribe(List.of(topics.of(EventType.RECREATION_REQUEST)));
    }

    @Override
    public boolean runOnce() {
        ConsumerRecords<String, byte[]> records = consumer.poll(LONGEST_POLL);
        List<Request> requests = new ArrayList<>();
        records.forEach(record -> entry(record).ifPresent(entry -> requests.add(new Request(record, entry))));
        try {
            accept(requests);
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

    /** If one of them cannot be stored, each is written alone, and that one is passed over: never tried for ever. */
    private void accept(List<Request> requests) {
        try {
            journal.accept(requests.stream().map(Request::entry).toList());
        } catch (RuntimeException e) {
            if (Unstorable.reason(e).isEmpty()) {
                throw e;
            }
            requests.forEach(this::acceptAlone);
        }
    }

    private void acceptAlone(Request request) {
        try {
            journal.accept(List.of(request.entry()));
        } catch (RuntimeException e) {
            passOver(request.record(), Unstorable.reason(e).orElseThrow(() -> e));
        }
    }

    private Optional<Entry> entry(ConsumerRecord<String, byte[]> record) {
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
            passOver(record, e.getMessage());
            return Optional.empty();
        }
    }

    /** The audit role reads this topic too and sets such a record aside. Nobody answers it, so it expires. */
    private void passOver(ConsumerRecord<String, byte[]> record, String reason) {
        metrics.passedOver();
        LOG.atWarn()
                .addKeyValue("partition", record.partition())
                .addKeyValue("offset", record.offset())
                .addKeyValue("reason", reason)
                .log("Passed over a record that is not a recreation request, or not one that can be stored");
    }

    @Override
    public void close() {
        consumer.close();
    }
}
