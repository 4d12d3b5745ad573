package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.remediate.Entry.Step;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Steps that two processes write. */
class JournalIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook SOURCE = new WatchedWebhook("garden", "hook.example.org");
    /** More exact than the database. */
    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00.123456789Z");

    private final Entry accepted = request();
    private Journal journal;

    @BeforeEach
    void open() {
        journal = new Journal(database.get().jooq(), SOURCE.cluster());
        journal.accept(List.of(accepted));
    }

    @Test
    void shouldNotLetAThawedProcessUndoTheSameStepOfItsSuccessor() {
        // Given an eviction that was begun, taken back by a successor, and begun again by that one
        Entry first = accepted.evicting(Set.of(), null, null, NOW);
        journal.write(accepted, first);
        journal.write(first, first.notEvicted());
        Entry second = accepted.evicting(Set.of(), null, null, NOW.plusSeconds(60));
        journal.write(accepted, second);

        // When the one that was frozen goes on, then it does not find what it has written
        assertThatThrownBy(() -> journal.write(first, first.notEvicted())).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> journal.write(first, first.evicted(NOW.plusSeconds(61))))
                .isInstanceOf(IllegalStateException.class);
        assertThat(journal.open()).extracting(Entry::step).containsExactly(Step.EVICTING);

        // And the successor goes on
        journal.write(second, second.evicted(NOW.plusSeconds(62)));
        assertThat(journal.open()).extracting(Entry::step).containsExactly(Step.EVICTED);
    }

    @Test
    void shouldGoOnFromWhatIsRememberedAndFromWhatWasRead() {
        // Given a step with a time that the database cannot hold to the last digit
        Entry evicting = accepted.evicting(Set.of(), null, null, NOW);
        journal.write(accepted, evicting);

        // When it is read, then the next step can be written, and so it can from what was remembered
        Entry read = journal.open().getFirst();
        Entry evicted = read.evicted(NOW.plusSeconds(1));
        journal.write(read, evicted);
        journal.write(evicted, evicted.notEvicted());
        assertThat(journal.open()).containsExactly(accepted);
    }

    @Test
    void shouldNotHoldAnOwnerByAnEndOfAClockThatIsFarAhead() {
        // Given a Pod that was not replaced, in ten hours as its remediator said
        Entry evicting = accepted.evicting(Set.of(), null, null, NOW);
        journal.write(accepted, evicting);
        Entry evicted = evicting.evicted(NOW);
        journal.write(evicting, evicted);
        RecreationRequest request = accepted.request();
        Instant finishedAt = NOW.plus(Duration.ofHours(10));
        journal.write(
                evicted,
                evicted.answered(new RecreationResult(
                        request.requestId(), request.pod(), Outcome.NOT_REPLACED, null, null, finishedAt, "me", null)));

        // Then it counts for an hour
        assertThat(lastAt(NOW)).isNotNull();
        assertThat(lastAt(NOW.plus(Duration.ofHours(2)))).isNull();
    }

    private @Nullable Succession lastAt(Instant now) {
        return journal.last(accepted, now.minus(Duration.ofHours(1)), now.plusSeconds(30));
    }

    private static Entry request() {
        RecreationRequest request = new RecreationRequest(
                "one",
                new PodRef("default", "web", UUID.randomUUID()),
                null,
                1,
                false,
                Instant.parse("2026-11-23T05:59:00Z"),
                Instant.parse("2026-11-23T06:04:00Z"));
        return Entry.accepted(CloudEvent.of(SOURCE, request), request);
    }
}
