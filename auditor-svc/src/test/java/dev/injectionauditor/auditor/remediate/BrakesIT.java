package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.select;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Signal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The clocks of the auditor, which decides, and of remediators, now and before, need not agree. */
class BrakesIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final Duration HOURS = Duration.ofHours(10);

    private Journal journal;
    private Brakes brakes;
    private int pods;

    @BeforeEach
    void open() {
        journal = new Journal(database.get().jooq(), Bench.SOURCE.cluster());
        brakes = new Brakes(database.get().jooq(), Duration.ofSeconds(30));
    }

    @Test
    void shouldStopWhatMayHaveBeenDecidedBeforeAReplacementWasMissedAgain() {
        // Given
        assertThat(against(NOW.minusSeconds(60))).isEmpty();
        answered(NOW.minusSeconds(60), Outcome.MISSED_AGAIN, NOW);

        // When the request was decided before, or perhaps before, by a clock that is a little ahead
        assertThat(against(NOW.minusSeconds(60))).contains(RecreationReason.BREAKER_OPEN);
        assertThat(against(NOW.plusSeconds(4))).contains(RecreationReason.BREAKER_OPEN);

        // Then it is stopped, and one that was decided afterwards is not
        assertThat(against(NOW.plusSeconds(6))).isEmpty();
    }

    @Test
    void shouldNotStopWhatWasRequestedAfterAShortPause() {
        // Given attempts that follow each other after a second
        brakes = new Brakes(database.get().jooq(), Duration.ofSeconds(1));
        answered(NOW.minusSeconds(60), Outcome.MISSED_AGAIN, NOW.minusSeconds(1));

        // Then the next one may go, and what was decided before may not
        assertThat(against(NOW)).isEmpty();
        assertThat(against(NOW.minusSeconds(1))).contains(RecreationReason.BREAKER_OPEN);
    }

    @Test
    void shouldNotBeHeldByAResultOfAClockThatIsFarAhead() {
        // Given
        answered(NOW.minusSeconds(60), Outcome.MISSED_AGAIN, NOW.plus(HOURS));

        // Then it stops what was decided with its request, and nothing later
        assertThat(against(NOW.minusSeconds(60))).contains(RecreationReason.BREAKER_OPEN);
        assertThat(against(NOW.minusSeconds(50))).isEmpty();
    }

    @Test
    void shouldStopWhereReplacementsDoNotComeWhateverTheClockOfTheirRemediator() {
        // Given two Pods that were not replaced lately, and many long ago, each in ten hours as its remediator says
        for (int i = 0; i < 5; i++) {
            answered(NOW.minus(HOURS), Outcome.NOT_REPLACED, NOW.plus(HOURS));
        }
        answered(NOW.minusSeconds(60), Outcome.NOT_REPLACED, NOW.plus(HOURS));
        answered(NOW.minusSeconds(60), Outcome.NOT_REPLACED, NOW.plus(HOURS));
        assertThat(against(NOW)).isEmpty();

        // When there is one more
        answered(NOW.minusSeconds(60), Outcome.NOT_REPLACED, NOW.minusSeconds(1));

        // Then
        assertThat(against(NOW)).contains(RecreationReason.BREAKER_OPEN);
    }

    @Test
    void shouldKnowWhetherSomebodyWatches() {
        // Given nobody, an observer of another webhook, and one whose clock is far ahead
        assertThat(isWatched()).isFalse();
        watched("other.example.org", NOW);
        watched(Bench.SOURCE.webhook(), NOW.plus(HOURS));
        assertThat(isWatched()).isFalse();

        // When one was there until a while ago, and then until lately
        watched(Bench.SOURCE.webhook(), NOW.minusSeconds(121));
        assertThat(isWatched()).isFalse();
        watched(Bench.SOURCE.webhook(), NOW.minusSeconds(119));

        // Then
        assertThat(isWatched()).isTrue();
    }

    @Test
    void shouldAskOnceMoreWhenTheEvictionIsDue() {
        // Given a request that was looked at for so long that nobody watches any more
        Entry accepted = entry(NOW.minusSeconds(60));
        journal.accept(List.of(accepted));
        watched(Bench.SOURCE.webhook(), NOW.minusSeconds(121));
        Starts starts = new Starts(journal, brakes, RecreationPolicy.defaults(), () -> NOW);

        // When, then it is not begun, and once somebody watches again, it is
        assertThat(starts.begin(accepted, Set.of(), null, null)).isEqualTo(new Start.Unwatched());
        assertThat(journal.open()).containsExactly(accepted);
        watched(Bench.SOURCE.webhook(), NOW);
        assertThat(starts.begin(accepted, Set.of(), null, null)).isInstanceOf(Start.Begun.class);
    }

    private boolean isWatched() {
        return brakes.isWatched(entry(NOW.minusSeconds(60)), NOW);
    }

    private void watched(String webhook, Instant until) {
        DSLContext db = database.get().jooq();
        db.insertInto(WATCHED_WEBHOOK)
                .set(WATCHED_WEBHOOK.CLUSTER, Bench.SOURCE.cluster())
                .set(WATCHED_WEBHOOK.WEBHOOK, webhook)
                .onConflictDoNothing()
                .execute();
        db.insertInto(WATCHED_SPAN)
                .set(
                        WATCHED_SPAN.WEBHOOK_ID,
                        select(WATCHED_WEBHOOK.WEBHOOK_ID)
                                .from(WATCHED_WEBHOOK)
                                .where(WATCHED_WEBHOOK.WEBHOOK.eq(webhook)))
                .set(WATCHED_SPAN.FROM_AT, until.minus(HOURS))
                .set(WATCHED_SPAN.UNTIL_AT, until)
                .set(WATCHED_SPAN.BEGIN, Signal.Watched.Begin.STARTED)
                .execute();
    }

    private Optional<RecreationReason> against(Instant requestedAt) {
        return brakes.against(entry(requestedAt), NOW);
    }

    private void answered(Instant requestedAt, Outcome outcome, Instant finishedAt) {
        Entry entry = entry(requestedAt);
        journal.accept(List.of(entry));
        journal.write(
                entry,
                entry.answered(new RecreationResult(
                        entry.request().requestId(),
                        entry.request().pod(),
                        outcome,
                        null,
                        null,
                        finishedAt,
                        "somebody",
                        entry.request().owner())));
    }

    private Entry entry(Instant requestedAt) {
        PodRef pod = new PodRef("shop", "web-" + ++pods, new UUID(1, pods));
        RecreationRequest request = new RecreationRequest(
                RecreationRequest.requestId(pod, 1),
                pod,
                new OwnerRef("apps/v1", "ReplicaSet", "web", new UUID(2, pods)),
                1,
                false,
                requestedAt,
                requestedAt.plusSeconds(300));
        return Entry.accepted(CloudEvent.of(Bench.SOURCE, request), request);
    }
}
