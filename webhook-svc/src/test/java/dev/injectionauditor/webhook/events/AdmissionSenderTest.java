package dev.injectionauditor.webhook.events;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.webhook.spool.Spool;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A producer that says nothing any more, as if its thread were dead. */
@Timeout(60)
class AdmissionSenderTest {

    private static final Duration NO_PATIENCE = Duration.ZERO;
    private static final Duration MUCH_PATIENCE = Duration.ofHours(1);

    private final Spool spool = Spool.open(null, Spool.LEAST_BYTES, InstantSource.system());
    private final Mock working = new Mock(true);

    @AfterEach
    void closeSpool() throws IOException {
        spool.close();
    }

    @Test
    void shouldGoOnWithAnotherProducerWhenOneIsSilent() throws InterruptedException {
        // Given a producer that is heard of three times and then no more
        Mock dying = new Mock(false) {
            @Override
            Future<RecordMetadata> answer(Future<RecordMetadata> send) {
                if (history().size() <= 3) {
                    completeNext();
                }
                return send;
            }
        };
        AdmissionSender sender = sender(NO_PATIENCE, dying, working);
        add(10);

        // When that has lasted too long
        assertThat(sender.runOnce()).isFalse();
        assertThat(dying.closed()).isTrue();
        assertThat(spool.waiting()).isEqualTo(7);

        // Then another one sends the rest, in order
        assertThat(sender.runOnce()).isTrue();
        assertThat(working.events()).isEqualTo(numbers(4, 10));
        assertThat(spool.waiting()).isZero();
        assertThat(sender.sent()).isEqualTo(10);
        assertThat(sender.failed()).isEqualTo(1);
    }

    @Test
    void shouldLeaveAProducerBehindThatDoesNotClose() throws InterruptedException {
        // Given a producer that is never heard of, and hangs when it is closed
        CountDownLatch end = new CountDownLatch(1);
        Mock hanging = new Mock(false) {
            @Override
            public void close(Duration limit) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        AdmissionSender sender = sender(NO_PATIENCE, hanging, working);
        add(5);

        // When that has lasted too long
        assertThat(sender.runOnce()).isFalse();

        // Then another one sends all
        assertThat(sender.runOnce()).isTrue();
        assertThat(working.events()).isEqualTo(numbers(1, 5));
        end.countDown();
    }

    @Test
    void shouldGoOnWithAnotherProducerWhenOneHasFailedForLong() throws InterruptedException {
        // Given a producer that never learns of the topic
        Mock ignorant = ignorant();
        AdmissionSender sender = sender(NO_PATIENCE, ignorant, working);
        add(5);

        // When that has lasted too long
        assertThat(sender.runOnce()).isFalse();
        assertThat(ignorant.closed()).isTrue();

        // Then another one sends all
        assertThat(sender.runOnce()).isTrue();
        assertThat(working.events()).isEqualTo(numbers(1, 5));
    }

    @Test
    void shouldKeepAProducerWhileItMayRecover() throws InterruptedException {
        // Given a producer that does not know the topic yet
        Mock ignorant = ignorant();
        AdmissionSender sender = sender(MUCH_PATIENCE, ignorant);
        add(5);

        // Then it is asked again
        assertThat(sender.runOnce()).isFalse();
        assertThat(sender.runOnce()).isFalse();
        assertThat(ignorant.closed()).isFalse();
        assertThat(spool.waiting()).isEqualTo(5);
    }

    private static Mock ignorant() {
        return new Mock(false) {
            @Override
            Future<RecordMetadata> answer(Future<RecordMetadata> send) {
                return CompletableFuture.failedFuture(new TimeoutException("the topic is not known"));
            }
        };
    }

    private AdmissionSender sender(Duration longestSilence, Mock... producers) {
        Deque<Mock> next = new ArrayDeque<>(List.of(producers));
        return new AdmissionSender(
                spool,
                next::removeFirst,
                "admissions",
                "shoot-1",
                Duration.ZERO,
                longestSilence,
                InstantSource.system());
    }

    private void add(int count) {
        numbers(1, count).forEach(number -> spool.append(String.valueOf(number).getBytes(US_ASCII)));
    }

    private static List<Integer> numbers(int first, int last) {
        return IntStream.rangeClosed(first, last).boxed().toList();
    }

    /** A producer without Kafka. */
    private static class Mock extends MockProducer<String, byte[]> {

        Mock(boolean acknowledges) {
            super(acknowledges, null, new StringSerializer(), new ByteArraySerializer());
        }

        Future<RecordMetadata> answer(Future<RecordMetadata> send) {
            return send;
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record, Callback callback) {
            return answer(super.send(record, callback));
        }

        List<Integer> events() {
            return history().stream()
                    .map(record -> Integer.valueOf(new String(record.value(), US_ASCII)))
                    .toList();
        }
    }
}
