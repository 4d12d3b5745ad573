package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.CONSUMER_OFFSET;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;

/**
 * How far the topics have been read, in the table {@code consumer_offset}. It is advanced in the transaction of what
 * was read, so every record has its effect exactly once, whatever is killed when.
 */
final class ConsumerOffsets {

    private ConsumerOffsets() {}

    /** Another member of the group has read this partition further: this one lost it without noticing. */
    static final class ConflictException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        ConflictException(TopicPartition partition, long from) {
            super("the offset of " + partition + " is not " + from + " any more");
        }
    }

    /** Offsets of the next records to read; a partition that was never read is absent. */
    static Map<TopicPartition, Long> load(DSLContext tx, Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        tx.selectFrom(CONSUMER_OFFSET)
                .where(CONSUMER_OFFSET.TOPIC.in(partitions.stream()
                        .map(TopicPartition::topic)
                        .distinct()
                        .toList()))
                .forEach(row ->
                        offsets.put(new TopicPartition(row.getTopic(), row.getPartition()), row.getNextOffset()));
        offsets.keySet().retainAll(partitions);
        return offsets;
    }

    /**
     * Advances offsets by compare-and-set. To be called first in a transaction: it locks out any other member that has
     * the same partition in hand.
     *
     * @throws ConflictException if an offset is not where this member thinks it is; the transaction must roll back
     */
    static void advance(DSLContext tx, Map<TopicPartition, Batch.Read> reads) {
        // Always in the same order, so that two members with several partitions in hand cannot block each other.
        reads.entrySet().stream()
                .sorted(Map.Entry.comparingByKey(
                        Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition)))
                .forEach(read -> advance(tx, read.getKey(), read.getValue()));
    }

    private static void advance(DSLContext tx, TopicPartition partition, Batch.Read read) {
        tx.insertInto(CONSUMER_OFFSET)
                .values(partition.topic(), partition.partition(), read.from())
                .onConflictDoNothing()
                .execute();
        move(tx, partition, read.from(), read.next());
    }

    /**
     * Sets an offset back to the oldest record there is, by compare-and-set too: who still has records of the log
     * before in hand cannot commit them.
     *
     * @throws ConflictException if the offset is not where this member has found it
     */
    static void goBack(DSLContext tx, TopicPartition partition, long from, long oldest) {
        move(tx, partition, from, oldest);
    }

    private static void move(DSLContext tx, TopicPartition partition, long from, long next) {
        int moved = tx.update(CONSUMER_OFFSET)
                .set(CONSUMER_OFFSET.NEXT_OFFSET, next)
                .where(CONSUMER_OFFSET.TOPIC.eq(partition.topic()))
                .and(CONSUMER_OFFSET.PARTITION.eq(partition.partition()))
                .and(CONSUMER_OFFSET.NEXT_OFFSET.eq(from))
                .execute();
        if (moved != 1) {
            throw new ConflictException(partition, from);
        }
    }
}
