package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Turns Kafka records into events; what cannot be understood is set aside with a reason, never skipped. */
final class BatchDecoder {

    private static final int LONGEST_REASON = 500;
    private static final String NO_VERSION = "resourceVersion is not a decimal number of 64 bits";

    private final EventCodec codec;

    BatchDecoder(EventCodec codec) {
        this.codec = codec;
    }

    /**
     * Decodes a poll.
     *
     * @param positions offset of the next record of each partition before the poll
     */
    Batch decode(ConsumerRecords<String, byte[]> records, Map<TopicPartition, Long> positions) {
        Map<WatchedWebhook, Batch.Events> webhooks = new LinkedHashMap<>();
        List<Batch.Poison> poison = new ArrayList<>();
        Map<TopicPartition, Batch.Read> offsets = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            long next = 0;
            for (ConsumerRecord<String, byte[]> record : records.records(partition)) {
                next = record.offset() + 1;
                decode(record, webhooks)
                        .ifPresent(reason -> poison.add(new Batch.Poison(partition, record.offset(), shorten(reason))));
            }
            offsets.put(partition, new Batch.Read(positions.get(partition), next));
        }
        return new Batch(webhooks, poison, offsets);
    }

    /** Sorts a record in, or says why it cannot be. */
    private Optional<String> decode(ConsumerRecord<String, byte[]> record, Map<WatchedWebhook, Batch.Events> webhooks) {
        try {
            CloudEvent event = codec.decode(record.value());
            WatchedWebhook source = event.source();
            if (!source.cluster().equals(record.key())) {
                return Optional.of("the key of the record is not the cluster of its source");
            }
            return add(
                    webhooks.computeIfAbsent(
                            source,
                            any -> new Batch.Events(
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>(),
                                    new ArrayList<>())),
                    event.data());
        } catch (InvalidEventException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> add(Batch.Events events, Event event) {
        return switch (event) {
            case Admission admission -> {
                events.admissions().add(admission);
                yield Optional.empty();
            }
            case PodObservation pod -> {
                if (!isNumber(pod.resourceVersion())) {
                    yield Optional.of(NO_VERSION);
                }
                events.pods().add(pod);
                yield Optional.empty();
            }
            case Signal signal -> {
                if (signal instanceof Signal.Probe probe
                        && probe.resourceVersion() != null
                        && !isNumber(probe.resourceVersion())) {
                    yield Optional.of(NO_VERSION);
                }
                events.signals().add(signal);
                yield Optional.empty();
            }
            case RecreationRequest request -> {
                events.requests().add(request);
                yield Optional.empty();
            }
            case RecreationResult result -> {
                events.results().add(result);
                yield Optional.empty();
            }
            case MissedInjection missed -> Optional.of("an event that the auditor itself sends");
            case Outage outage -> Optional.of("an event that the auditor itself sends");
        };
    }

    private static boolean isNumber(String resourceVersion) {
        try {
            return Long.parseLong(resourceVersion) >= 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    private static String shorten(String reason) {
        return reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON);
    }
}
