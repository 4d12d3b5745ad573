package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topics as a member of a consumer group and gives each poll its effects. While PostgreSQL works on some, the
 * next ones are read and decoded. Offsets live in PostgreSQL: after an assignment, a failure or a conflict, reading
 * goes on from there, and nothing is in hand any more. Used by one thread.
 */
final class AuditConsumer implements Loop.Work, ConsumerRebalanceListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AuditConsumer.class);
    private static final Duration LONGEST_POLL = Duration.ofMillis(500);

    /**
     * After so long without records the brokers are asked: a poll that finds none does not tell whether they answer.
     */
    static final Duration SILENCE = Duration.ofSeconds(30);

    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(10);

    private final Consumer<String, byte[]> consumer;
    private final TopicSetup setup;
    private final Topics topics;
    private final BatchWriter writer;
    private final AuditMetrics metrics;
    private final InstantSource clock;

    private final HandOver handOver = new HandOver("audit-writer-", BatchWriter.SHARES);

    private final Positions positions;
    private final SignalsLast signalsLast;

    private boolean subscribed;
    private boolean mustRewind;
    /** When the brokers were last known to answer. */
    private Instant lastHeard;

    AuditConsumer(
            Consumer<String, byte[]> consumer,
            TopicSetup setup,
            DSLContext db,
            BatchDecoder decoder,
            History history,
            AuditMetrics metrics,
            Topics topics,
            InstantSource clock) {
        this.consumer = consumer;
        this.positions = new Positions(consumer, db);
        this.signalsLast = new SignalsLast(consumer, topics);
        this.setup = setup;
        this.topics = topics;
        this.writer = new BatchWriter(db, decoder, history, this::written);
        this.metrics = metrics;
        this.clock = clock;
        this.lastHeard = clock.instant();
    }

    /** @throws org.apache.kafka.common.errors.TimeoutException if no broker answers */
    @Override
    public boolean runOnce() throws InterruptedException {
        if (!subscribed) {
            subscribe();
        }
        if (mustRewind) {
            settle();
            positions.rewind(consumer.assignment());
            // That may have taken long: before signals are read, how far behind the others are now.
            signalsLast.decide();
            mustRewind = false;
        }
        Map<Integer, Runnable> writes = pollAndDecode();
        if (!mustRewind) {
            handOver(writes);
        }
        signalsLast.decide();
        if (!writes.isEmpty()) {
            lastHeard = clock.instant();
        }
        metrics.lag(clock.instant().isAfter(lastHeard.plus(SILENCE)) ? askForLag() : lag());
        return true;
    }

    /** How to write what was polled, by share; nothing if it has to be read again. */
    private Map<Integer, Runnable> pollAndDecode() {
        ConsumerRecords<String, byte[]> records = poll();
        Map<Integer, Runnable> writes = new TreeMap<>();
        if (!mustRewind) {
            // If this fails, the positions have been moved on for nothing.
            mustRewind = true;
            BatchWriter.shares(records)
                    .forEach((share, ofOne) -> writes.put(share, writer.decode(ofOne, positions.reached())));
            mustRewind = false;
        }
        return writes;
    }

    /**
     * Has these written. If there is nothing to write, waits until all in hand is, so that no failure is overlooked.
     */
    private void handOver(Map<Integer, Runnable> writes) throws InterruptedException {
        if (writes.isEmpty()) {
            settle();
            return;
        }
        // As above.
        mustRewind = true;
        for (Map.Entry<Integer, Runnable> write : writes.entrySet()) {
            handOver.start(write.getKey(), write.getValue());
        }
        mustRewind = false;
    }

    /** Waits until what is in hand is written. */
    private void settle() throws InterruptedException {
        try {
            handOver.await();
        } catch (RuntimeException | Error e) {
            mustRewind = true;
            throw e;
        }
    }

    /** Records that wait, as far as the last answers of the brokers tell. */
    private long lag() {
        return consumer.assignment().stream()
                .map(consumer::currentLag)
                .flatMapToLong(OptionalLong::stream)
                .sum();
    }

    /** Records that wait, as the brokers tell now. Of a member without partitions, whether they answer. */
    private long askForLag() {
        Set<TopicPartition> mine = consumer.assignment();
        Set<TopicPartition> asked =
                mine.isEmpty() ? Set.of(new TopicPartition(topics(topics).getFirst(), 0)) : mine;
        Map<TopicPartition, Long> ends = consumer.endOffsets(asked, LONGEST_ANSWER);
        lastHeard = clock.instant();
        return mine.stream()
                .mapToLong(partition ->
                        ends.get(partition) - positions.reached().getOrDefault(partition, ends.get(partition)))
                .sum();
    }

    private void subscribe() throws InterruptedException {
        setup.ensure();
        consumer.subscribe(topics(topics), this);
        subscribed = true;
    }

    /** The topics that the history is made from. */
    static List<String> topics(Topics topics) {
        return Stream.of(
                        EventType.ADMISSION,
                        EventType.POD,
                        EventType.SIGNAL,
                        EventType.RECREATION_REQUEST,
                        EventType.RECREATION_RESULT)
                .map(topics::of)
                .toList();
    }

    private ConsumerRecords<String, byte[]> poll() {
        try {
            return consumer.poll(LONGEST_POLL);
        } catch (OffsetOutOfRangeException e) {
            mustRewind = true;
            throw e;
        }
    }

    private void written(Batch batch, History.Effects effects) {
        metrics.committed(batch, effects);
        batch.poison().forEach(AuditConsumer::logPoison);
    }

    private static void logPoison(Batch.Poison poison) {
        LOG.atWarn()
                .addKeyValue("partition", poison.partition())
                .addKeyValue("offset", poison.offset())
                .addKeyValue("reason", poison.reason())
                .log("Set a record aside");
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        signalsLast.hold(partitions);
        try {
            positions.rewind(partitions);
        } catch (RuntimeException e) {
            // Thrown from here it would end in a poll without positions. What is polled until the rewind is dropped.
            LOG.atWarn().setCause(e).log("Cannot read the offsets yet");
            partitions.forEach(partition -> consumer.seek(partition, 0));
            mustRewind = true;
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        // Before another member reads the offsets.
        try {
            settle();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("What was in hand could not be written");
        } catch (InterruptedException e) {
            mustRewind = true;
            Thread.currentThread().interrupt();
        }
        positions.forget(partitions);
    }

    /** Leaves the group, and ends once what is in hand is written. */
    @Override
    public void close() {
        handOver.close();
        consumer.close();
    }
}
