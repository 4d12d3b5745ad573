package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Topics;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the results of requests: into the journal first, then to Kafka, so that each is always told the same way. */
final class Answers {

    private static final Logger LOG = LoggerFactory.getLogger(Answers.class);

    private final Journal journal;
    private final Producer<String, byte[]> producer;
    private final Topics topics;
    private final String identity;
    private final RemediateMetrics metrics;
    private final InstantSource clock;
    private final EventCodec codec = new EventCodec();

    Answers(
            Journal journal,
            Producer<String, byte[]> producer,
            Topics topics,
            String identity,
            RemediateMetrics metrics,
            InstantSource clock) {
        this.journal = journal;
        this.producer = producer;
        this.topics = topics;
        this.identity = identity;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** Writes a result to the journal; a bare Pod's spec is forgotten with it. */
    Visit give(Entry entry, Outcome outcome, @Nullable RecreationReason reason, @Nullable PodRef replacement) {
        RecreationRequest request = entry.request();
        Entry answered = entry.answered(new RecreationResult(
                request.requestId(),
                request.pod(),
                outcome,
                reason == null ? null : reason.text(),
                replacement,
                clock.instant(),
                identity,
                request.owner()));
        journal.write(entry, answered);
        metrics.finished(answered.result());
        LOG.atInfo()
                .addKeyValue(
                        "pod", request.pod().namespace() + "/" + request.pod().name())
                .addKeyValue("request", request.requestId())
                .addKeyValue("outcome", outcome)
                .addKeyValue("reason", answered.result().reason())
                .addKeyValue("replacement", replacement == null ? null : replacement.name())
                .log("Executed a recreation request");
        return new Visit.Further(answered);
    }

    /** Sends the result that the journal holds; after a crash perhaps again, and then the very same. */
    Visit send(Entry entry) throws InterruptedException {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(
                topics.of(entry.result().type()),
                entry.source().cluster(),
                codec.encode(CloudEvent.of(entry.source(), entry.result())));
        record.headers()
                .add(EventCodec.CONTENT_TYPE_HEADER, EventCodec.CONTENT_TYPE.getBytes(StandardCharsets.US_ASCII));
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("Kafka did not take a result", e.getCause());
        }
        Entry done = entry.done();
        journal.write(entry, done);
        return new Visit.Further(done);
    }
}
