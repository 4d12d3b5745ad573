package dev.injectionauditor.auditor.announce;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.Loop;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads misses and results of one cluster and has them announced; each at least once, and visible once. */
final class Announcer implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);
    private static final Duration OLD = Duration.ofHours(1);

    private final Consumer<String, byte[]> consumer;
    private final EventWriter writer;
    private final RateLimit limit;
    private final String cluster;
    private final MeterRegistry metrics;
    private final InstantSource clock;
    private final EventCodec codec = new EventCodec();

    Announcer(
            Consumer<String, byte[]> consumer,
            EventWriter writer,
            RateLimit limit,
            Topics topics,
            String cluster,
            MeterRegistry metrics,
            InstantSource clock) {
        this.consumer = consumer;
        this.writer = writer;
        this.limit = limit;
        this.cluster = cluster;
        this.metrics = metrics;
        this.clock = clock;
        consumer.subscribe(List.of(topics.of(EventType.MISSED), topics.of(EventType.RECREATION_RESULT)));
    }

    @Override
    public boolean runOnce() {
        ConsumerRecords<String, byte[]> records = consumer.poll(LONGEST_POLL);
        try {
            int suppressed = 0;
            for (ConsumerRecord<String, byte[]> record : records) {
                suppressed += announce(record);
            }
            if (suppressed > 0) {
                LOG.atWarn()
                        .addKeyValue("suppressed", suppressed)
                        .log("More Kubernetes Events than are written in a minute; the history has them all");
            }
        } catch (RuntimeException e) {
            // From the beginning of the poll; what is there already is found by its name.
            for (TopicPartition partition : records.partitions()) {
                consumer.seek(partition, records.records(partition).getFirst().offset());
            }
            throw e;
        }
        if (!records.isEmpty()) {
            consumer.commitSync();
        }
        return true;
    }

    /** Returns how many Events were not written because there were too many. */
    private int announce(ConsumerRecord<String, byte[]> record) {
        Instant now = clock.instant();
        if (!cluster.equals(record.key())
                || Instant.ofEpochMilli(record.timestamp()).isBefore(now.minus(OLD))) {
            return 0;
        }
        int suppressed = 0;
        for (Announcement announcement : announcements(record)) {
            if (limit.allows(now)) {
                count(writer.write(announcement, now).name());
            } else {
                count("SUPPRESSED");
                suppressed++;
            }
        }
        return suppressed;
    }

    private List<Announcement> announcements(ConsumerRecord<String, byte[]> record) {
        try {
            CloudEvent event = codec.decode(record.value());
            return event.source().cluster().equals(cluster) ? Announcements.of(event) : List.of();
        } catch (InvalidEventException e) {
            LOG.atWarn()
                    .addKeyValue("topic", record.topic())
                    .addKeyValue("offset", record.offset())
                    .addKeyValue("reason", e.getMessage())
                    .log("Passed over a record that is no event of the contract");
            return List.of();
        }
    }

    private void count(String result) {
        metrics.counter("injection_auditor_kubernetes_events", "result", result.toLowerCase(Locale.ROOT))
                .increment();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
