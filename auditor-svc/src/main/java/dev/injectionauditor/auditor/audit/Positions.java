package dev.injectionauditor.auditor.audit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to where each partition that a member has was read: what the database holds once all in hand is written. Used by
 * the thread of the consumer.
 */
final class Positions {

    private static final Logger LOG = LoggerFactory.getLogger(Positions.class);

    private final Consumer<?, ?> consumer;
    private final DSLContext db;
    private final Map<TopicPartition, Long> reached = new HashMap<>();

    Positions(Consumer<?, ?> consumer, DSLContext db) {
        this.consumer = consumer;
        this.db = db;
    }

    /** Offset of the next record to read, by partition. To be moved on with what is read. */
    Map<TopicPartition, Long> reached() {
        return reached;
    }

    /**
     * Goes to the offsets in the database, or to the oldest record there is where Kafka has dropped those, or where it
     * has none of them any more.
     */
    void rewind(Collection<TopicPartition> partitions) {
        // In this order: the log can have grown since, but not have been shorter.
        Map<TopicPartition, Long> stored = ConsumerOffsets.load(db, partitions);
        Map<TopicPartition, Long> oldest = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long first = oldest.get(partition);
            long offset = stored.getOrDefault(partition, first);
            if (offset > ends.get(partition)) {
                goBack(partition, offset, first, ends.get(partition));
                offset = first;
            } else if (offset < first) {
                LOG.atError()
                        .addKeyValue("partition", partition)
                        .addKeyValue("offset", offset)
                        .addKeyValue("oldest", first)
                        .log("Kafka has dropped records that were never audited");
            }
            reached.put(partition, offset);
            consumer.seek(partition, Math.max(offset, first));
        }
    }

    /**
     * The log ends before the offset: it is another one, of a topic that was made anew, or brokers have lost its end.
     * What it holds now may be other records than were read, so all of it is read; reading again changes nothing. This
     * is written down at once: by the time of the first record, the log may have grown past the offset.
     */
    private void goBack(TopicPartition partition, long offset, long oldest, long end) {
        LOG.atError()
                .addKeyValue("partition", partition)
                .addKeyValue("offset", offset)
                .addKeyValue("oldest", oldest)
                .addKeyValue("end", end)
                .log("Kafka has lost records that were audited, or the topic was made anew; all of it is read again");
        db.transaction(transaction -> ConsumerOffsets.goBack(transaction.dsl(), partition, offset, oldest));
    }

    /** Forgets partitions that are another member's now. */
    void forget(Collection<TopicPartition> partitions) {
        reached.keySet().removeAll(partitions);
    }
}
