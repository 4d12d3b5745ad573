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

    /** Goes to the offsets in the database, or to the oldest record there is where Kafka has dropped those. */
    void rewind(Collection<TopicPartition> partitions) {
        Map<TopicPartition, Long> stored = ConsumerOffsets.load(db, partitions);
        Map<TopicPartition, Long> oldest = consumer.beginningOffsets(partitions);
        for (TopicPartition partition : partitions) {
            long offset = stored.getOrDefault(partition, oldest.get(partition));
            if (offset < oldest.get(partition)) {
                LOG.atError()
                        .addKeyValue("partition", partition)
                        .addKeyValue("offset", offset)
                        .addKeyValue("oldest", oldest.get(partition))
                        .log("Kafka has dropped records that were never audited");
            }
            reached.put(partition, offset);
            consumer.seek(partition, Math.max(offset, oldest.get(partition)));
        }
    }

    /** Forgets partitions that are another member's now. */
    void forget(Collection<TopicPartition> partitions) {
        reached.keySet().removeAll(partitions);
    }
}
