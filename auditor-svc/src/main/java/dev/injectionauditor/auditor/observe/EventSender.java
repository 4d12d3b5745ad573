package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what the queue holds to Kafka, in order. The producer itself tries again for a while; an event that it gives up
 * on is lost, as is the rest of what was taken if one cannot be sent at all, and the queue is told so. That everything
 * was watched is sent only after Kafka has taken all that came before it, and never once something is lost.
 */
final class EventSender implements Loop.Work {

    private static final Logger LOG = LoggerFactory.getLogger(EventSender.class);
    private static final int BATCH = 1_000;
    private static final Duration LONGEST_WAIT = Duration.ofMillis(200);

    private final EventQueue queue;
    private final Producer<String, byte[]> producer;
    private final EventCodec codec;
    private final Topics topics;
    private final WatchedWebhook source;
    private final OwedEnds owed;

    EventSender(
            EventQueue queue,
            Producer<String, byte[]> producer,
            EventCodec codec,
            Topics topics,
            WatchedWebhook source,
            OwedEnds owed) {
        this.queue = queue;
        this.producer = producer;
        this.codec = codec;
        this.topics = topics;
        this.source = source;
        this.owed = owed;
    }

    @Override
    public boolean runOnce() throws InterruptedException {
        List<Event> taken = queue.take(BATCH, LONGEST_WAIT);
        boolean allSent = false;
        try {
            for (Event event : taken) {
                if (!(event instanceof Signal.Watched) || isAllTaken()) {
                    send(event);
                }
            }
            allSent = true;
        } finally {
            if (!allSent) {
                queue.breakUp();
            }
        }
        return true;
    }

    /** Waits until Kafka has taken what was sent, or has given up on it. */
    private boolean isAllTaken() {
        producer.flush();
        return !queue.isBroken();
    }

    private void send(Event event) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                topics.of(event.type()), source.cluster(), codec.encode(CloudEvent.of(source, event)));
        record.headers()
                .add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
        producer.send(record, (metadata, failure) -> {
            if (failure == null) {
                if (event instanceof PodObservation observation) {
                    owed.taken(observation);
                }
            } else if (!queue.isBroken()) {
                queue.breakUp();
                LOG.atWarn().setCause(failure).log("Kafka did not take an observation");
            }
        });
    }
}
