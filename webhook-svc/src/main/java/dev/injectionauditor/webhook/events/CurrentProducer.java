package dev.injectionauditor.webhook.events;

import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.service.Failures;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer that is sent with: made when it is first needed, and anew when the last one was closed. Knows for how
 * long Kafka has been silent. Used by one thread at a time.
 */
final class CurrentProducer {

    private static final Logger LOG = LoggerFactory.getLogger(AdmissionSender.class);
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(1);

    private final Supplier<Producer<String, byte[]>> producers;
    private final String topic;
    private final String cluster;
    private final Duration longestSilence;
    private @Nullable Producer<String, byte[]> producer;
    private long silentSince = System.nanoTime();

    /**
     * @param longestSilence after this time, one that is alive would have been heard of, or has a Kafka that is away
     */
    CurrentProducer(
            Supplier<Producer<String, byte[]>> producers, String topic, String cluster, Duration longestSilence) {
        this.producers = producers;
        this.topic = topic;
        this.cluster = cluster;
        this.longestSilence = longestSilence;
    }

    Future<RecordMetadata> send(byte[] event) {
        Producer<String, byte[]> current = producer;
        if (current == null) {
            current = producers.get();
            producer = current;
            notSilent();
        }
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, cluster, event);
        record.headers()
                .add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
        return current.send(record);
    }

    /** Kafka has answered, or has nothing to answer. */
    void notSilent() {
        silentSince = System.nanoTime();
    }

    /**
     * Whether Kafka has been silent for so long that another producer is worth a try: the thread of this one may have
     * died, of a lack of memory for instance, and nothing else tells of that.
     */
    boolean isSilent() {
        return System.nanoTime() - silentSince >= longestSilence.toNanos();
    }

    /**
     * Gives up what it holds; the spool still has that. A producer that does not end in time is left behind: what it
     * may still send is in order too, and has ids that are known.
     */
    void close() {
        Producer<String, byte[]> closing = producer;
        if (closing == null) {
            return;
        }
        producer = null;
        Thread closer = Thread.ofPlatform().daemon().name("close producer").start(() -> close(closing));
        try {
            if (!closer.join(LONGEST_CLOSE)) {
                LOG.warn("A Kafka producer has not closed in time and is left behind");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Producer<String, byte[]> closing) {
        try {
            closing.close(Duration.ZERO);
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("problem", Failures.inOneLine(e)).log("A Kafka producer has failed to close");
        }
    }
}
