package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.remediate.Entry.Step;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which requests are looked at, and when. */
class ExecutionsIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final WatchedWebhook SOURCE = new WatchedWebhook("garden", "hook.example.org");
    private static final Instant NOW = Instant.parse("2026-11-23T06:00:00Z");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RemediateMetrics metrics = new RemediateMetrics(new SimpleMeterRegistry());
    private Journal journal;

    @BeforeEach
    void open() {
        journal = new Journal(database.get().jooq(), SOURCE.cluster());
    }

    @Test
    void shouldLookAtTheOldestRequestsFirst() throws Exception {
        // Given more requests than are looked at at once, the oldest written last
        journal.accept(IntStream.range(0, 20)
                .mapToObj(age -> request("aged-" + age, NOW.minusSeconds(age)))
                .toList());
        Queue<String> visited = new ConcurrentLinkedQueue<>();
        CountDownLatch full = new CountDownLatch(4);
        Executions.Visitor visitor = entry -> {
            visited.add(entry.request().requestId());
            full.countDown();
            return forEver();
        };

        // When
        try (Executions executions = executions(visitor, 4)) {
            executions.runOnce();
            assertThat(full.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }

        // Then
        assertThat(visited).containsExactlyInAnyOrder("aged-19", "aged-18", "aged-17", "aged-16");
    }

    @Test
    void shouldGoOnWithWhatWasBegunBeforeItBeginsWhatIsNew() {
        // Given one place, and a Pod that was evicted and looked at once since
        Entry accepted = request("begun", NOW);
        journal.accept(List.of(accepted));
        Entry evicting = accepted.evicting(Set.of(), null, null, NOW);
        journal.write(accepted, evicting);
        journal.write(evicting, evicting.evicted(NOW));
        Queue<String> visited = new ConcurrentLinkedQueue<>();
        Executions.Visitor visitor = entry -> {
            visited.add(entry.request().requestId());
            return visited.size() > 1 ? forEver() : new Visit.Later(Duration.ZERO);
        };
        try (Executions executions = executions(visitor, 1)) {
            await().atMost(PATIENCE).until(() -> {
                executions.runOnce();
                return visited.size() == 1;
            });

            // When older requests come that nobody has looked at
            journal.accept(List.of(request("new", NOW.minusSeconds(9)), request("newer", NOW.minusSeconds(8))));
            await().atMost(PATIENCE).until(() -> {
                executions.runOnce();
                return visited.size() == 2;
            });
        }

        // Then
        assertThat(visited).containsExactly("begun", "begun");
    }

    @Test
    void shouldGoOnWithOthersWhileResultsWaitForKafka() throws Exception {
        // Given two requests of which one can be looked at at a time, and Kafka that is away
        journal.accept(List.of(request("first", NOW.minusSeconds(2)), request("second", NOW.minusSeconds(1))));
        CountDownLatch kafka = new CountDownLatch(1);
        Queue<String> visited = new ConcurrentLinkedQueue<>();
        Queue<String> sent = new ConcurrentLinkedQueue<>();
        Executions.Visitor visitor = entry -> {
            visited.add(entry.request().requestId() + " " + entry.step());
            return switch (entry.step()) {
                case ACCEPTED -> further(entry, answered(entry));
                case ANSWERED -> {
                    kafka.await();
                    sent.add(entry.request().requestId());
                    yield further(entry, entry.done());
                }
                default -> new Visit.Done();
            };
        };
        try (Executions executions = executions(visitor, 1)) {
            executions.runOnce();
            await().atMost(PATIENCE).until(() -> visited.contains("first ANSWERED"));

            // When, then the second one has its turn, and its result waits for that of the first
            await().atMost(PATIENCE).until(() -> {
                executions.runOnce();
                return journal.open().stream().allMatch(entry -> entry.step() == Step.ANSWERED);
            });
            executions.runOnce();
            assertThat(visited).containsExactly("first ACCEPTED", "first ANSWERED", "second ACCEPTED");

            // When Kafka is back, then both are sent
            kafka.countDown();
            await().atMost(PATIENCE).until(() -> {
                executions.runOnce();
                return journal.open().isEmpty();
            });
            assertThat(sent).containsExactly("first", "second");
        }
    }

    @Test
    void shouldLookAgainWhenThePauseIsOverWhateverTheClockSays() {
        // Given a request that is looked at every second, and a clock that is about to overflow
        journal.accept(List.of(request("one", NOW)));
        AtomicReference<Instant> clock = new AtomicReference<>(NOW);
        AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 1);
        AtomicInteger looks = new AtomicInteger();
        Executions.Visitor visitor = entry -> {
            looks.incrementAndGet();
            return new Visit.Later(Duration.ofSeconds(1));
        };
        try (Executions executions =
                new Executions(journal, visitor, () -> true, metrics, 1, clock::get, nanoTime::get)) {
            await().atMost(PATIENCE).until(() -> {
                executions.runOnce();
                return looks.get() == 1;
            });

            // When the clock is put back, then the next look comes with time
            clock.set(NOW.minus(Duration.ofHours(1)));
            await().atMost(PATIENCE).until(() -> {
                nanoTime.addAndGet(Duration.ofMillis(100).toNanos());
                executions.runOnce();
                return looks.get() == 2;
            });

            // When it is put forward, then there is none before the pause is over
            clock.set(NOW.plus(Duration.ofHours(1)));
            executions.runOnce();
        }
        assertThat(looks).hasValue(2);
    }

    private Visit further(Entry from, Entry to) {
        journal.write(from, to);
        return new Visit.Further(to);
    }

    private static Entry answered(Entry entry) {
        RecreationRequest request = entry.request();
        return entry.answered(new RecreationResult(
                request.requestId(), request.pod(), Outcome.GONE, null, null, NOW, "me", request.owner()));
    }

    private static Visit forEver() throws InterruptedException {
        new CountDownLatch(1).await();
        return new Visit.Done();
    }

    private Executions executions(Executions.Visitor visitor, int atOnce) {
        return new Executions(journal, visitor, () -> true, metrics, atOnce, InstantSource.system(), System::nanoTime);
    }

    private static Entry request(String id, Instant requestedAt) {
        RecreationRequest request = new RecreationRequest(
                id,
                new PodRef("default", "web", UUID.randomUUID()),
                null,
                1,
                false,
                requestedAt,
                NOW.plus(Duration.ofDays(1)));
        return Entry.accepted(CloudEvent.of(SOURCE, request), request);
    }
}
