package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.EventType;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.internals.AutoOffsetResetStrategy;
import org.apache.kafka.common.TopicPartition;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which requests get into the journal. */
class IntakeIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook SOURCE = new WatchedWebhook("garden", "hook.example.org");
    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");
    private static final Instant SOON = NOW.plusSeconds(60);
    private static final TopicPartition PARTITION =
            new TopicPartition(Topics.defaults().of(EventType.RECREATION_REQUEST), 0);
    /** Too long for an index even when it is compressed. */
    private static final String LONG = new Random(1)
            .ints(10_000, 'a', 'z' + 1)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();

    private final EventCodec codec = new EventCodec();
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>(AutoOffsetResetStrategy.EARLIEST.name());
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Journal journal;
    private Intake intake;
    private long end;

    @BeforeEach
    void assign() {
        journal = new Journal(database.get().jooq(), SOURCE.cluster());
        intake = new Intake(consumer, journal, Topics.defaults(), SOURCE.cluster(), new RemediateMetrics(metrics));
        consumer.rebalance(List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
    }

    @Test
    void shouldPassOverWhatCannotBeReadOrStored() {
        // Given good requests around others
        receive(request("first", "web", SOON));
        receive("{".getBytes(StandardCharsets.UTF_8));
        receive(request("n\0l", "web", SOON));
        receive(request("nul-in-name", "w\0b", SOON));
        receive(request(LONG, "web", SOON));
        receive(request("far", "web", Instant.parse("+300000-01-01T00:00:00Z")));
        receive(request("farthest", "web", Instant.MAX));
        receive(request("last", "web", SOON));

        // When
        intake.runOnce();

        // Then the good ones are there, the others are counted, and none comes again
        assertThat(journal.open())
                .extracting(entry -> entry.request().requestId())
                .containsExactly("first", "last");
        assertThat(metrics.counter("injection_auditor_recreation_requests_passed_over")
                        .count())
                .isEqualTo(6);
        assertThat(consumer.committed(Set.of(PARTITION)).get(PARTITION).offset())
                .isEqualTo(end);
    }

    @Test
    void shouldReadAgainWhatTheDatabaseDidNotTakeNow() {
        // Given a database that is away
        receive(request("first", "web", SOON));
        database.get().close();

        // When
        assertThatThrownBy(intake::runOnce).isInstanceOf(DataAccessException.class);

        // Then
        assertThat(consumer.position(PARTITION)).isZero();
        assertThat(consumer.committed(Set.of(PARTITION))).isEmpty();
        assertThat(metrics.counter("injection_auditor_recreation_requests_passed_over")
                        .count())
                .isZero();
    }

    private byte[] request(String id, String pod, Instant expiresAt) {
        return codec.encode(CloudEvent.of(
                SOURCE,
                new RecreationRequest(
                        id, new PodRef("default", pod, UUID.randomUUID()), null, 1, false, NOW, expiresAt)));
    }

    private void receive(byte[] value) {
        consumer.addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, end++, SOURCE.cluster(), value));
    }
}
