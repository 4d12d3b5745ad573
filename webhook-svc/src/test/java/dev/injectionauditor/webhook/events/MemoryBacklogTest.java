package dev.injectionauditor.webhook.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.schema.Admission;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class MemoryBacklogTest {

    private static final Duration NO_WAIT = Duration.ZERO;
    private static final Duration LONG_WAIT = Duration.ofMinutes(1);

    @Test
    void shouldGiveTheOldestAgainUntilTheyAreRemoved() throws InterruptedException {
        // Given five events
        MemoryBacklog backlog = new MemoryBacklog(10);
        add(backlog, 1, 5);

        // When some are removed and some are not
        assertThat(numbers(backlog.oldest(3, NO_WAIT))).containsExactly(1, 2, 3);
        assertThat(numbers(backlog.oldest(3, NO_WAIT))).containsExactly(1, 2, 3);
        backlog.remove(2);

        // Then the rest comes in order
        assertThat(backlog.size()).isEqualTo(3);
        assertThat(numbers(backlog.oldest(3, NO_WAIT))).containsExactly(3);
        backlog.remove(0);
        assertThat(numbers(backlog.oldest(3, NO_WAIT))).containsExactly(3);
        backlog.remove(1);
        assertThat(numbers(backlog.oldest(3, NO_WAIT))).containsExactly(4, 5);
        backlog.remove(2);
        assertThat(backlog.oldest(3, NO_WAIT)).isEmpty();
        assertThat(backlog.size()).isZero();
    }

    @Test
    void shouldDropTheOldestWhenThereIsNoRoom() throws InterruptedException {
        MemoryBacklog backlog = new MemoryBacklog(3);

        add(backlog, 1, 5);

        assertThat(backlog.dropped()).isEqualTo(2);
        assertThat(backlog.size()).isEqualTo(3);
        assertThat(numbers(backlog.oldest(10, NO_WAIT))).containsExactly(3, 4, 5);
    }

    @Test
    void shouldNotDropWhatIsBeingSent() throws InterruptedException {
        // Given a full backlog of which some events are being sent
        MemoryBacklog backlog = new MemoryBacklog(3);
        add(backlog, 1, 3);
        backlog.oldest(2, NO_WAIT);

        // When more come than there is room for
        add(backlog, 4, 7);

        // Then the oldest of the others are dropped
        assertThat(backlog.dropped()).isEqualTo(2);
        assertThat(numbers(backlog.oldest(2, NO_WAIT))).containsExactly(1, 2);
        backlog.remove(2);
        assertThat(numbers(backlog.oldest(10, NO_WAIT))).containsExactly(5, 6, 7);
    }

    @Test
    void shouldWaitForTheFirstEvent() throws Exception {
        MemoryBacklog backlog = new MemoryBacklog(3);
        try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
            Future<List<Admission>> first = executor.submit(() -> backlog.oldest(10, LONG_WAIT));

            add(backlog, 1, 1);

            assertThat(numbers(first.get())).containsExactly(1);
        }
    }

    @Test
    void shouldTakeFromManyThreadsAndLoseNothing() throws Exception {
        // Given eight threads that add
        int threads = 8;
        int each = 2_000;
        MemoryBacklog backlog = new MemoryBacklog(threads * each);
        CountDownLatch start = new CountDownLatch(1);
        List<Integer> taken = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            for (int thread = 0; thread < threads; thread++) {
                int first = thread * each;
                executor.submit(() -> {
                    start.await();
                    add(backlog, first, first + each - 1);
                    return null;
                });
            }

            // When one takes out at the same time
            start.countDown();
            while (taken.size() < threads * each) {
                List<Admission> batch = backlog.oldest(500, LONG_WAIT);
                taken.addAll(numbers(batch));
                backlog.remove(batch.size());
            }
        }

        // Then all are there once, those of one thread in order
        assertThat(taken).doesNotHaveDuplicates();
        for (int thread = 0; thread < threads; thread++) {
            int ofThread = thread;
            assertThat(taken.stream().filter(number -> number / each == ofThread))
                    .isSorted();
        }
        assertThat(backlog.dropped()).isZero();
    }

    private static void add(MemoryBacklog backlog, int first, int last) {
        for (int number = first; number <= last; number++) {
            backlog.add(new Admission(
                    new UUID(0, number), "shop", "pod", null, null, number, 0, Instant.EPOCH, "replica-1"));
        }
    }

    private static List<Integer> numbers(List<Admission> admissions) {
        return admissions.stream().map(Admission::containers).toList();
    }
}
