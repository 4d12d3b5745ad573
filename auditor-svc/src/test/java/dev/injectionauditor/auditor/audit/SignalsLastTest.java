package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.Topics;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SignalsLastTest {

    private static final Topics TOPICS = Topics.defaults();

    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
    private final SignalsLast signalsLast = new SignalsLast(consumer, TOPICS);

    @BeforeEach
    void assign() {
        List<TopicPartition> all = AuditConsumer.topics(TOPICS).stream()
                .flatMap(topic -> Stream.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)))
                .toList();
        consumer.assign(all);
        all.forEach(partition -> consumer.seek(partition, 0));
        behind(EventType.SIGNAL, 0, 1_000_000);
    }

    @AfterEach
    void close() {
        consumer.close();
    }

    @Test
    void shouldHaveSignalsWaitUntilItIsKnownThatNothingIsBehind() {
        // When
        signalsLast.hold(consumer.assignment());

        // Then only they wait
        assertThat(consumer.paused()).containsExactlyInAnyOrder(of(EventType.SIGNAL, 0), of(EventType.SIGNAL, 1));

        // And when it is known
        signalsLast.decide();
        assertThat(consumer.paused()).isEmpty();
    }

    @Test
    void shouldHaveSignalsWaitWhileWhatTheySpeakOfIsFarBehind() {
        // Given Pods of one partition that are behind, and admissions of the other by as much as may be
        behind(EventType.POD, 0, SignalsLast.MOST_BEHIND + 1);
        behind(EventType.ADMISSION, 1, SignalsLast.MOST_BEHIND);

        // When, then
        signalsLast.decide();
        assertThat(consumer.paused()).containsExactly(of(EventType.SIGNAL, 0));

        // And when some have been read, while others have come
        consumer.seek(of(EventType.POD, 0), 1);
        behind(EventType.ADMISSION, 1, SignalsLast.MOST_BEHIND + 1);
        signalsLast.decide();
        assertThat(consumer.paused()).containsExactly(of(EventType.SIGNAL, 1));
    }

    private void behind(EventType type, int partition, long records) {
        consumer.updateEndOffsets(Map.of(of(type, partition), records));
    }

    private static TopicPartition of(EventType type, int partition) {
        return new TopicPartition(TOPICS.of(type), partition);
    }
}
