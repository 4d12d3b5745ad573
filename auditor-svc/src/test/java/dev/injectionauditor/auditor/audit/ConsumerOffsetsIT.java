package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.db.Tables.OUTBOX;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.ConsumerOffsets.ConflictException;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A member of the group that has lost a partition without noticing has no effect any more. */
class ConsumerOffsetsIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final TopicPartition PARTITION = new TopicPartition("pods", 3);

    private DSLContext db;
    private History history;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        history = new Auditing(db).history;
    }

    @Test
    void shouldRefuseABatchThatBeginsWhereNobodyIsAnyMore() {
        // Given a member that has read to offset 5
        write(db, batch(0, 5, injected(1, 10)));

        // When another one still believes to be at 0
        assertThatThrownBy(() -> write(db, batch(0, 7, missed(2, 20)))).isInstanceOf(ConflictException.class);

        // Then nothing of its batch is there
        assertThat(db.fetchCount(POD)).isOne();
        assertThat(db.fetchExists(OUTBOX)).isFalse();
        assertThat(ConsumerOffsets.load(db, List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 5L));
    }

    @Test
    void shouldLetOneOfTwoMembersCommitThatReadTheSame() throws Exception {
        // Given a member in the middle of its transaction
        AtomicReference<CompletableFuture<Void>> other = new AtomicReference<>();
        db.transaction(first -> {
            history.apply(first.dsl(), batch(0, 5, injected(1, 10)));

            // When another one begins with the same records
            other.set(Waiting.begin(db, () -> write(db, batch(0, 6, injected(1, 10), missed(2, 20)))));

            // Then that one has to wait
            assertThat(other.get()).isNotDone();
        });

        // And is refused
        assertThatThrownBy(other.get()::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConflictException.class);
        assertThat(db.selectFrom(POD).fetch(POD.VERDICT)).containsExactly(Verdict.INJECTED);
        assertThat(ConsumerOffsets.load(db, List.of(PARTITION))).isEqualTo(Map.of(PARTITION, 5L));
    }

    private void write(DSLContext connection, Batch batch) {
        connection.transaction(transaction -> history.apply(transaction.dsl(), batch));
    }

    private static Batch batch(long from, long next, PodObservation... pods) {
        return new Batch(
                Map.of(SOURCE, new Batch.Events(List.of(), List.of(pods), List.of(), List.of(), List.of())),
                List.of(),
                Map.of(PARTITION, new Batch.Read(from, next)));
    }
}
