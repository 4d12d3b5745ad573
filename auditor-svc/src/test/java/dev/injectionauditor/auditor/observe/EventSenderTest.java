package dev.injectionauditor.auditor.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.auditor.observe.pod.PodTracker;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Scope.Exemption;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventSenderTest {

    private static final WatchedWebhook SOURCE = new WatchedWebhook("test", "host.injection-auditor.dev");
    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");

    private static final Signal.Watched WATCHED =
            new Signal.Watched(NOW, NOW.plusSeconds(5), Signal.Watched.Begin.STARTED);

    private static final PodObservation GONE = new PodObservation(
            new PodRef("shop", "web", new UUID(0, 1)),
            "100",
            NOW,
            null,
            null,
            1,
            List.of("main"),
            new Scope(Exemption.NO_CONFIGURATION, null),
            Lifecycle.GONE,
            RecreationTraits.NONE,
            NOW);

    private final EventQueue queue = new EventQueue(10);
    private final OwedEnds owed = new OwedEnds(() -> {});
    private @Nullable KafkaException refusal;
    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer()) {

                @Override
                public synchronized void flush() {
                    boolean more = true;
                    while (more) {
                        more = refusal == null ? completeNext() : errorNext(refusal);
                    }
                }
            };
    private final EventSender sender =
            new EventSender(queue, producer, new EventCodec(), new Topics("test"), SOURCE, owed);

    @Test
    void shouldSayThatSomethingIsLostIfKafkaGivesUpOnAnEvent() throws Exception {
        // Given
        queue.offer(endpoints(1));
        queue.offer(endpoints(2));
        sender.runOnce();
        producer.completeNext();
        assertThat(queue.isBroken()).isFalse();

        // When
        producer.errorNext(new KafkaException("no leader"));

        // Then
        assertThat(queue.isBroken()).isTrue();
    }

    @Test
    void shouldSayThatSomethingIsLostIfAnEventCannotBeSent() {
        // Given
        queue.offer(endpoints(1));
        queue.offer(endpoints(2));
        producer.sendException = new KafkaException("no room");

        // Then
        assertThatThrownBy(sender::runOnce).isSameAs(producer.sendException);
        assertThat(queue.isBroken()).isTrue();
    }

    @Test
    void shouldAssertWhatWasWatchedAfterKafkaHasTakenWhatCameBefore() throws Exception {
        // Given
        queue.offer(endpoints(1));
        queue.offer(WATCHED);
        queue.offer(endpoints(2));

        // When
        sender.runOnce();

        // Then
        assertThat(producer.history())
                .extracting(sent -> new EventCodec().decode(sent.value()).data())
                .containsExactly(endpoints(1), WATCHED, endpoints(2));
        assertThat(queue.isBroken()).isFalse();
    }

    @Test
    void shouldNotAssertAnythingIfKafkaDidNotTakeWhatCameBefore() throws Exception {
        // Given a Kafka that has not answered for a record yet, and will give up on it
        queue.offer(endpoints(1));
        sender.runOnce();
        refusal = new KafkaException("no leader");

        // When
        queue.offer(WATCHED);
        queue.offer(endpoints(2));
        sender.runOnce();

        // Then
        assertThat(producer.history())
                .extracting(sent -> new EventCodec().decode(sent.value()).data())
                .containsExactly(endpoints(1), endpoints(2));
        assertThat(queue.isBroken()).isTrue();
    }

    @Test
    void shouldOweTheEndOfAPodUntilKafkaHasTakenIt() throws Exception {
        // Given the end of a Pod that Kafka gives up on
        owed.owe(GONE);
        queue.offer(GONE);
        sender.runOnce();
        producer.errorNext(new KafkaException("no leader"));

        // Then it is owed
        assertThat(due()).containsExactly(GONE);

        // And no longer than until it is taken
        queue.offer(GONE);
        sender.runOnce();
        assertThat(due()).containsExactly(GONE);
        producer.completeNext();
        assertThat(due()).isEmpty();
    }

    private List<PodObservation> due() {
        PodTracker next = new PodTracker(pod -> GONE.scope());
        owed.follow(next);
        return owed.due(next, NOW);
    }

    private static Signal.Endpoints endpoints(int ready) {
        return new Signal.Endpoints(ready, NOW);
    }
}
