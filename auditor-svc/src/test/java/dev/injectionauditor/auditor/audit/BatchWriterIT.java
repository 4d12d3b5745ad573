package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.admission;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.named;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.POISON_RECORD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.WatchedWebhook;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.jooq.ConnectionProvider;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BatchWriterIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook OTHER = new WatchedWebhook("garden-2", SOURCE.webhook());
    private static final TopicPartition ADMISSIONS = new TopicPartition("admissions", 0);
    private static final TopicPartition PODS = new TopicPartition("pods", 0);
    private static final TopicPartition OTHER_PODS = new TopicPartition("pods", 1);

    private static final int LARGE = 10_000;

    /** So often can a poll of that size be halved. */
    private static final int HALVINGS = 14;

    private final EventCodec codec = new EventCodec();
    private DSLContext db;
    private BatchWriter writer;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        writer = new BatchWriter(db, new BatchDecoder(codec), new Auditing(db).history, (batch, effects) -> {});
    }

    @Test
    void shouldCommitEachShareOfThePartitionsByItself() {
        // Given records of three partitions, one of which another member has read already
        ConsumerRecords<String, byte[]> records = new ConsumerRecords<>(
                Map.of(
                        ADMISSIONS, List.of(record(ADMISSIONS, SOURCE, admission(1, 0))),
                        PODS, List.of(record(PODS, SOURCE, injected(1, 0))),
                        OTHER_PODS, List.of(record(OTHER_PODS, OTHER, injected(2, 0)))),
                Map.of());
        db.transaction(tx -> ConsumerOffsets.advance(tx.dsl(), Map.of(OTHER_PODS, new Batch.Read(0, 1))));
        Map<TopicPartition, Long> positions = new HashMap<>(Map.of(ADMISSIONS, 0L, PODS, 0L, OTHER_PODS, 0L));

        // When
        List<Runnable> writes = BatchWriter.shares(records).values().stream()
                .map(share -> writer.decode(share, positions))
                .toList();

        // Then partitions of the same number are written together, and the others by themselves
        assertThat(writes).hasSize(2);
        writes.getFirst().run();
        assertThatThrownBy(writes.getLast()::run).isInstanceOf(ConsumerOffsets.ConflictException.class);
        assertThat(db.selectFrom(POD).fetch(POD.POD_UID)).containsExactly(uid(1));
        assertThat(db.fetchCount(ADMISSION)).isOne();
        assertThat(ConsumerOffsets.load(db, positions.keySet()))
                .isEqualTo(Map.of(ADMISSIONS, 1L, PODS, 1L, OTHER_PODS, 1L));

        // And the next poll is expected to begin behind all of them
        assertThat(positions).isEqualTo(Map.of(ADMISSIONS, 1L, PODS, 1L, OTHER_PODS, 1L));
    }

    @Test
    void shouldTellOfTheLastRecordThatWasSetAsideInAPlace() {
        // Given a record that was set aside
        Auditing audit = new Auditing(db);
        setAside(audit, "not JSON");

        // When it is read again
        audit.now = audit.now.plusSeconds(60);
        setAside(audit, "not JSON");

        // Then it is known since when
        assertThat(db.selectFrom(POISON_RECORD).fetch(POISON_RECORD.SET_ASIDE_AT))
                .containsExactly(Auditing.ZERO);

        // And when another one is in its place, as the topic was made anew
        setAside(audit, "the record has no value");

        // Then that one is told
        assertThat(db.selectFrom(POISON_RECORD).fetch(POISON_RECORD.REASON)).containsExactly("the record has no value");
        assertThat(db.selectFrom(POISON_RECORD).fetch(POISON_RECORD.SET_ASIDE_AT))
                .containsExactly(audit.now);
    }

    private void setAside(Auditing audit, String reason) {
        Batch batch = new Batch(Map.of(), List.of(new Batch.Poison(PODS, 7, reason)), Map.of());
        db.transaction(tx -> audit.history.apply(tx.dsl(), batch));
    }

    @Test
    void shouldSetARecordAsideInItsShareAlone() {
        // Given records of two partitions, one of which holds one that cannot be stored
        PodObservation strange = named(missed(3, 0), "n\0l");
        ConsumerRecords<String, byte[]> records = new ConsumerRecords<>(
                Map.of(
                        PODS, List.of(record(PODS, SOURCE, injected(1, 0))),
                        OTHER_PODS, List.of(record(OTHER_PODS, OTHER, strange))),
                Map.of());

        // When
        writer.write(records, new HashMap<>(Map.of(PODS, 0L, OTHER_PODS, 0L)));

        // Then the other one is stored, and both are done with
        assertThat(db.selectFrom(POD).fetch(POD.POD_UID)).containsExactly(uid(1));
        assertThat(db.selectFrom(POISON_RECORD).fetch(POISON_RECORD.PARTITION)).containsExactly(OTHER_PODS.partition());
        assertThat(ConsumerOffsets.load(db, List.of(PODS, OTHER_PODS))).isEqualTo(Map.of(PODS, 1L, OTHER_PODS, 1L));
    }

    @ParameterizedTest
    @MethodSource("badOnes")
    void shouldFindTheBadOnesOfALargePollInFewTransactions(Set<Integer> bad, int mostTransactions) {
        // Given a poll of two partitions, which begins behind what was read before and has gaps
        List<ConsumerRecord<String, byte[]>> pods = IntStream.range(0, LARGE)
                .mapToObj(i -> record(PODS, 100 + 2L * i, SOURCE, pod(i, bad.contains(i))))
                .toList();
        List<ConsumerRecord<String, byte[]>> admissions = List.of(record(ADMISSIONS, 7, SOURCE, admission(1, 0)));
        Map<TopicPartition, Long> positions = new HashMap<>(Map.of(ADMISSIONS, 5L, PODS, 90L));
        List<Batch> committed = new ArrayList<>();
        AtomicInteger transactions = new AtomicInteger();
        BatchWriter counted = new BatchWriter(
                counting(transactions),
                new BatchDecoder(codec),
                new Auditing(db).history,
                (batch, effects) -> committed.add(batch));

        // When
        counted.write(new ConsumerRecords<>(Map.of(ADMISSIONS, admissions, PODS, pods), Map.of()), positions);

        // Then the bad ones are set aside, and all others are stored
        assertThat(db.selectFrom(POISON_RECORD).fetch(POISON_RECORD.RECORD_OFFSET))
                .containsExactlyInAnyOrderElementsOf(
                        bad.stream().map(i -> 100 + 2L * i).toList());
        assertThat(db.fetchCount(POD)).isEqualTo(LARGE - bad.size());
        assertThat(db.fetchCount(ADMISSION)).isOne();

        // And that took few transactions, each of which began where the one before ended
        assertThat(transactions.get()).isLessThanOrEqualTo(mostTransactions);
        List<Batch.Read> ofPods = committed.stream()
                .map(batch -> batch.offsets().get(PODS))
                .filter(Objects::nonNull)
                .toList();
        assertThat(ofPods.getFirst().from()).isEqualTo(90);
        for (int i = 1; i < ofPods.size(); i++) {
            assertThat(ofPods.get(i).from()).isEqualTo(ofPods.get(i - 1).next());
        }
        assertThat(ConsumerOffsets.load(db, positions.keySet()))
                .isEqualTo(positions)
                .isEqualTo(Map.of(ADMISSIONS, 8L, PODS, 100L + 2 * LARGE - 1));
    }

    /** A bad one takes twice as many transactions as it takes halvings, and one more. */
    static Stream<Arguments> badOnes() {
        return Stream.of(
                arguments(Set.of(LARGE / 3), 2 * HALVINGS + 2),
                arguments(Set.of(0), 2 * HALVINGS + 2),
                arguments(Set.of(17, LARGE - 1), 4 * HALVINGS + 4),
                arguments(Set.of(4_998, 4_999, 5_000, 5_001), 4 * HALVINGS + 20));
    }

    private static PodObservation pod(int number, boolean isBad) {
        PodObservation pod = injected(number, number);
        return isBad ? named(pod, "n\0l") : pod;
    }

    /** Each transaction takes one connection. */
    private DSLContext counting(AtomicInteger transactions) {
        ConnectionProvider pool = db.configuration().connectionProvider();
        return DSL.using(
                new ConnectionProvider() {
                    @Override
                    public Connection acquire() {
                        transactions.incrementAndGet();
                        return pool.acquire();
                    }

                    @Override
                    public void release(Connection connection) {
                        pool.release(connection);
                    }
                },
                SQLDialect.POSTGRES);
    }

    @Test
    void shouldHaveNothingToWriteForAnEmptyPoll() {
        assertThat(BatchWriter.shares(ConsumerRecords.empty())).isEmpty();
    }

    private ConsumerRecord<String, byte[]> record(TopicPartition partition, WatchedWebhook source, Event event) {
        return record(partition, 0, source, event);
    }

    private ConsumerRecord<String, byte[]> record(
            TopicPartition partition, long offset, WatchedWebhook source, Event event) {
        return new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                offset,
                source.cluster(),
                codec.encode(CloudEvent.of(source, event)));
    }
}
