package dev.injectionauditor.auditor.audit.outbox;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.Topics;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.RoundRobinPartitioner;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of the outbox when Kafka does not take an event, which no real broker refuses on demand. */
class OutboxRelayIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final int EVENTS = 5;

    private final List<Integer> sent = new ArrayList<>();
    private final RefusingProducer producer = new RefusingProducer();
    private DSLContext db;
    private OutboxRelay relay;

    /** Fails at once, as a producer does that has waited in vain for what it has to know of a topic. */
    private static final class RefusingProducer extends MockProducer<String, byte[]> {

        private final Set<Integer> refused = new HashSet<>();
        private int tried;

        RefusingProducer() {
            super(true, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public synchronized Future<RecordMetadata> send(ProducerRecord<String, byte[]> record) {
            return refused.contains(tried++)
                    ? CompletableFuture.failedFuture(new TimeoutException("no metadata"))
                    : super.send(record);
        }
    }

    @BeforeEach
    void fill() {
        db = database.get().jooq();
        relay = new OutboxRelay(db, producer, sent::add);
        Outbox outbox = new Outbox(new EventCodec(), Topics.defaults());
        outbox.add(
                db,
                SOURCE,
                IntStream.range(0, EVENTS).mapToObj(OutboxRelayIT::request).toList());
    }

    @Test
    void shouldStopAtTheFirstEventThatCannotBeSent() {
        // Given a producer that cannot send the third event
        producer.refused.add(2);

        // When
        assertThatThrownBy(relay::runOnce).hasRootCauseInstanceOf(TimeoutException.class);

        // Then none is tried after it, and those before it are done with
        assertThat(producer.tried).isEqualTo(3);
        assertThat(db.fetchCount(OUTBOX)).isEqualTo(EVENTS - 2);
        assertThat(sent).containsExactly(2);

        // And the rest follows, each once and in order
        assertThat(relay.runOnce()).isFalse();
        assertThat(producer.history().stream()
                        .map(record -> new String(record.value(), UTF_8))
                        .toList())
                .satisfies(values -> assertThat(values).hasSize(EVENTS).isSorted());
        assertThat(db.fetchExists(OUTBOX)).isFalse();
        assertThat(sent).containsExactly(2, EVENTS - 2);
    }

    @Test
    void shouldSendAgainWhatCameAfterAnEventThatFailedLater() {
        // Given a producer that takes all, and fails for the second one when the others are in Kafka
        MockProducer<String, byte[]> late = new MockProducer<>(
                false, new RoundRobinPartitioner(), new StringSerializer(), new ByteArraySerializer());
        OutboxRelay relayToLate = new OutboxRelay(db, late, sent::add);
        CompletableFuture<Boolean> run = CompletableFuture.supplyAsync(relayToLate::runOnce);
        for (int i = 0; i < EVENTS; i++) {
            int number = i;
            await().until(() -> number == 1 ? late.errorNext(new TimeoutException("expired")) : late.completeNext());
        }

        // When
        assertThatThrownBy(run::get).hasRootCauseInstanceOf(TimeoutException.class);

        // Then only what was sent before it is done with: the others come again behind it
        assertThat(sent).containsExactly(1);
        assertThat(db.fetchCount(OUTBOX)).isEqualTo(EVENTS - 1);
    }

    @Test
    void shouldHaveNothingToDoForAnEmptyOutbox() {
        db.deleteFrom(OUTBOX).execute();

        assertThat(relay.runOnce()).isFalse();

        assertThat(sent).containsExactly(0);
        assertThat(producer.tried).isZero();
    }

    private static RecreationRequest request(int number) {
        return new RecreationRequest("request/" + number, missed(1, 10).pod(), null, 1, false, at(20), at(80));
    }
}
