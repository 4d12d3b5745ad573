package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Topics;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Has signals wait while Pods or admissions of the same partition are far behind. A signal tells until when all Pods
 * were watched; whoever reads that in the history takes it that they are there too. After a time without PostgreSQL the
 * few signals would be read at once and the Pods minutes later, and no outage would be known to be open meanwhile. Used
 * by the thread of the consumer.
 */
final class SignalsLast {

    /** Records that a poll or two bring: seconds of work. Fewer are there at any time in a large cluster. */
    static final long MOST_BEHIND = 10_000;

    private final Consumer<?, ?> consumer;
    private final String signals;
    private final List<String> before;

    SignalsLast(Consumer<?, ?> consumer, Topics topics) {
        this.consumer = consumer;
        this.signals = topics.of(EventType.SIGNAL);
        this.before =
                Stream.of(EventType.POD, EventType.ADMISSION).map(topics::of).toList();
    }

    /** Has those among newly assigned partitions wait that have signals: how far behind others are is not known yet. */
    void hold(Collection<TopicPartition> assigned) {
        consumer.pause(ofSignals(assigned));
    }

    /** Lets them go on, or wait, by what is known now. To be called after each poll. */
    void decide() {
        Collection<TopicPartition> assigned = consumer.assignment();
        for (TopicPartition partition : ofSignals(assigned)) {
            if (isBehind(partition.partition(), assigned)) {
                consumer.pause(List.of(partition));
            } else {
                consumer.resume(List.of(partition));
            }
        }
    }

    private List<TopicPartition> ofSignals(Collection<TopicPartition> partitions) {
        return partitions.stream()
                .filter(partition -> partition.topic().equals(signals))
                .toList();
    }

    /** Not known is behind: it gets known while records come, and by asking where none do. */
    private boolean isBehind(int number, Collection<TopicPartition> assigned) {
        return before.stream()
                .map(topic -> new TopicPartition(topic, number))
                .filter(assigned::contains)
                .anyMatch(partition -> consumer.currentLag(partition).orElse(Long.MAX_VALUE) > MOST_BEHIND);
    }
}
