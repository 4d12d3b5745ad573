package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.InvalidEventException;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Loop;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the recreation requests of one cluster from Kafka, has them executed side by side and answers each. Offsets are
 * committed after the answers: after a crash a request is executed again, which the Pod's uid makes harmless.
 */
final class RequestConsumer implements Loop.Work, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RequestConsumer.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);

    private final Consumer<String, byte[]> consumer;
    private final Producer<String, byte[]> producer;
    private final Remediator remediator;
    private final Topics topics;
    private final String cluster;
    private final EventCodec codec = new EventCodec();

    private record Addressed(WatchedWebhook source, RecreationRequest request) {}

    RequestConsumer(
            Consumer<String, byte[]> consumer,
            Producer<String, byte[]> producer,
            Remediator remediator,
            Topics topics,
            String cluster) {
        this.consumer = consumer;
        this.producer = producer;
        this.remediator = remediator;
        this.topics = topics;
        this.cluster = cluster;
        consumer.subscribe(List.of(topics.of(EventType.RECREATION_REQUEST)));
    }

    @Override
    public boolean runOnce() throws InterruptedException, ExecutionException {
        List<Addressed> requests = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> record : consumer.poll(LONGEST_POLL)) {
            request(record).ifPresent(requests::add);
        }
        if (!requests.isEmpty()) {
            executeAll(requests);
        }
        consumer.commitSync();
        return true;
    }

    private Optional<Addressed> request(ConsumerRecord<String, byte[]> record) {
        if (!cluster.equals(record.key())) {
            return Optional.empty();
        }
        try {
            CloudEvent event = codec.decode(record.value());
            return event.data() instanceof RecreationRequest request
                    ? Optional.of(new Addressed(event.source(), request))
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

    private void executeAll(List<Addressed> requests) throws InterruptedException, ExecutionException {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> underWay = new ArrayList<>();
            for (Addressed addressed : requests) {
                underWay.add(
                        executor.submit(() -> answer(addressed.source(), remediator.execute(addressed.request()))));
            }
            try {
                for (Future<?> execution : underWay) {
                    execution.get();
                }
            } catch (InterruptedException | ExecutionException e) {
                executor.shutdownNow();
                throw e;
            }
        }
    }

    private Void answer(WatchedWebhook source, RecreationResult result)
            throws InterruptedException, ExecutionException {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                topics.of(result.type()), source.cluster(), codec.encode(CloudEvent.of(source, result)));
        record.headers()
                .add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
        producer.send(record).get();
        return null;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
