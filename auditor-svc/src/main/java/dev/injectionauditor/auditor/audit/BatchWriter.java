package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.auditor.postgres.Unstorable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives what was polled its effects, in a transaction for each share of the partitions. If one holds a record that can
 * be read but not stored (a time that the database has no room for, a text with a NUL), the share is written in parts
 * until that one is alone, and it is set aside: it must not be tried for ever. What is to blame {@link Unstorable}
 * decides.
 */
final class BatchWriter {

    private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);

    /** So many transactions at a time: while one waits for PostgreSQL, the other one decides. */
    static final int SHARES = 2;

    private final DSLContext db;
    private final BatchDecoder decoder;
    private final History history;
    private final BiConsumer<Batch, History.Effects> written;

    /** @param written is told of each transaction that has committed, by any thread */
    BatchWriter(DSLContext db, BatchDecoder decoder, History history, BiConsumer<Batch, History.Effects> written) {
        this.db = db;
        this.decoder = decoder;
        this.history = history;
        this.written = written;
    }

    /**
     * Writes a poll.
     *
     * @param positions offset of the next record of each partition; moved on to what follows the poll
     * @throws RuntimeException if it is not for the records; what has not been committed has to be read again
     */
    void write(ConsumerRecords<String, byte[]> records, Map<TopicPartition, Long> positions) {
        shares(records).values().forEach(share -> decode(share, positions).run());
    }

    /**
     * The shares of a poll by their numbers, from 0 to less than {@link #SHARES}. Partitions of the same number stay
     * together, whatever the topic: they have what concerns a cluster.
     */
    static SortedMap<Integer, ConsumerRecords<String, byte[]>> shares(ConsumerRecords<String, byte[]> records) {
        Map<Integer, Map<TopicPartition, List<ConsumerRecord<String, byte[]>>>> partitions = new HashMap<>();
        records.partitions()
                .forEach(partition -> partitions
                        .computeIfAbsent(partition.partition() % SHARES, any -> new HashMap<>())
                        .put(partition, records.records(partition)));
        SortedMap<Integer, ConsumerRecords<String, byte[]>> shares = new TreeMap<>();
        partitions.forEach((share, ofOne) -> shares.put(share, new ConsumerRecords<>(ofOne, Map.of())));
        return shares;
    }

    /**
     * Decodes a share of a poll and says how to write it. Any thread may do that, those of one share in their order.
     *
     * @param positions offset of the next record of each partition; moved on to what follows the share, as if it had
     *     been written
     * @return throws what {@link #write} throws
     */
    Runnable decode(ConsumerRecords<String, byte[]> records, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Batch.Read> read = read(records, positions);
        // What is not needed of the records any more takes more memory than what is.
        List<BatchDecoder.Decoded> decoded = decoder.decode(records);
        Batch batch = Batch.of(decoded, read);
        return () -> {
            try {
                commit(batch);
            } catch (RuntimeException e) {
                String reason = reason(e);
                Map<TopicPartition, Long> from = new HashMap<>();
                read.forEach((partition, ofOne) -> from.put(partition, ofOne.from()));
                writeInParts(decoded, from, e);
                LOG.atWarn()
                        .addKeyValue("records", decoded.size())
                        .addKeyValue("reason", reason)
                        .log("A poll could not be written as a whole, and was written in parts");
            }
        };
    }

    private static Map<TopicPartition, Batch.Read> read(
            ConsumerRecords<String, byte[]> records, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Batch.Read> read = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            long next = records.records(partition).getLast().offset() + 1;
            read.put(partition, new Batch.Read(positions.put(partition, next), next));
        }
        return read;
    }

    /**
     * Writes what could not be written in one transaction: one half and then the other, each in the same way if it
     * fails too, until those that are to blame are alone. So a bad one costs as many transactions as it takes to halve
     * a poll down to one record, not as many as there are records.
     *
     * @param records one or more, in the order of their partitions: the first half has what comes first of each
     * @param positions offset that each partition stands at before; moved on to what follows the records
     */
    private void writeInParts(
            List<BatchDecoder.Decoded> records, Map<TopicPartition, Long> positions, RuntimeException failure) {
        String reason = reason(failure);
        if (records.size() == 1) {
            BatchDecoder.Decoded record = records.getFirst();
            commit(Batch.of(
                    List.of(new BatchDecoder.Decoded.Useless(record.partition(), record.offset(), reason)),
                    read(records, positions)));
            positions.put(record.partition(), record.offset() + 1);
            return;
        }
        int half = records.size() / 2;
        for (List<BatchDecoder.Decoded> part :
                List.of(records.subList(0, half), records.subList(half, records.size()))) {
            Map<TopicPartition, Batch.Read> read = read(part, positions);
            try {
                commit(Batch.of(part, read));
                read.forEach((partition, ofOne) -> positions.put(partition, ofOne.next()));
            } catch (RuntimeException e) {
                writeInParts(part, positions, e);
            }
        }
    }

    /** What a part has read of each partition that it has records of. */
    private static Map<TopicPartition, Batch.Read> read(
            List<BatchDecoder.Decoded> part, Map<TopicPartition, Long> positions) {
        Map<TopicPartition, Batch.Read> read = new HashMap<>();
        for (BatchDecoder.Decoded record : part) {
            read.put(record.partition(), new Batch.Read(positions.get(record.partition()), record.offset() + 1));
        }
        return read;
    }

    /** Why records cannot be stored; throws the failure if they are not to blame. */
    private static String reason(RuntimeException failure) {
        if (failure instanceof ConsumerOffsets.ConflictException) {
            throw failure;
        }
        return Unstorable.reason(failure).orElseThrow(() -> failure);
    }

    private void commit(Batch batch) {
        written.accept(batch, db.transactionResult(transaction -> history.apply(transaction.dsl(), batch)));
    }
}
