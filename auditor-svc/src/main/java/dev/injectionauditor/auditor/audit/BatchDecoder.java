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
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Turns Kafka records into events; what cannot be understood is set aside with a reason, never skipped. */
final class BatchDecoder {

    private static final int LONGEST_REASON = 500;
    private static final String OWN = "an event that the auditor itself sends";
    private static final String NO_VERSION = "resourceVersion is not a decimal number of 64 bits";

    private final EventCodec codec;

    BatchDecoder(EventCodec codec) {
        this.codec = codec;
    }

    /** What a record holds. */
    sealed interface Decoded {

        TopicPartition partition();

        long offset();

        /** An event of the contract. */
        record Told(TopicPartition partition, long offset, WatchedWebhook source, Event event) implements Decoded {}

        /** Nothing that can be used; for the reason see {@link Batch.Poison}. */
        record Useless(TopicPartition partition, long offset, String reason) implements Decoded {}
    }

    /** Decodes records, in the order of their partitions. */
    List<Decoded> decode(ConsumerRecords<String, byte[]> records) {
        List<Decoded> decoded = new ArrayList<>(records.count());
        for (TopicPartition partition : records.partitions()) {
            records.records(partition).forEach(record -> decoded.add(decode(partition, record)));
        }
        return decoded;
    }

    private Decoded decode(TopicPartition partition, ConsumerRecord<String, byte[]> record) {
        String reason;
        try {
            CloudEvent event = codec.decode(record.value());
            reason = event.source().cluster().equals(record.key())
                    ? reason(event.data())
                    : "the key of the record is not the cluster of its source";
            if (reason == null) {
                return new Decoded.Told(partition, record.offset(), event.source(), Microseconds.cut(event.data()));
            }
        } catch (InvalidEventException e) {
            reason = String.valueOf(e.getMessage());
        } catch (DateTimeException | ArithmeticException e) {
            reason = "a number or time is out of range";
        } catch (RuntimeException e) {
            // Nothing but the record has a part in this.
            reason = "cannot be decoded: " + e.getClass().getSimpleName();
        }
        return new Decoded.Useless(partition, record.offset(), shorten(reason));
    }

    /** Why an event cannot be used; null if it can. */
    private static @Nullable String reason(Event event) {
        return switch (event) {
            case Admission admission -> null;
            case PodObservation pod -> isNumber(pod.resourceVersion()) ? null : NO_VERSION;
            case Signal.Probe probe ->
                probe.resourceVersion() == null || isNumber(probe.resourceVersion()) ? null : NO_VERSION;
            case Signal.RecreationSetting setting -> isNumber(setting.resourceVersion()) ? null : NO_VERSION;
            case Signal.Endpoints endpoints -> null;
            case Signal.Watched watched -> null;
            case RecreationRequest request -> null;
            case RecreationResult result -> null;
            case MissedInjection missed -> OWN;
            case Outage outage -> OWN;
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
