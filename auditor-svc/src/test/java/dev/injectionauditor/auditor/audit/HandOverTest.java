package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Some pieces of work at a time, while the caller goes on. */
@Timeout(30)
class HandOverTest {

    private final HandOver handOver = new HandOver("test-", 2);

    @AfterEach
    void close() {
        handOver.close();
    }

    @Test
    void shouldWorkWhileTheCallerGoesOn() throws InterruptedException {
        // Given work that only ends after the caller has gone on
        CountDownLatch goneOn = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        handOver.start(0, () -> {
            awaitQuietly(goneOn);
            done.add("first");
        });
        handOver.start(0, () -> done.add("second"));

        // When
        goneOn.countDown();
        handOver.await();

        // Then
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void shouldWaitForRoomInALane() throws InterruptedException {
        // Given one piece that is done and one that waits
        CountDownLatch end = new CountDownLatch(1);
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        handOver.start(0, () -> {
            awaitQuietly(end);
            done.add("first");
        });
        handOver.start(0, () -> done.add("second"));

        // When there is one more, which only goes in when the first one has ended
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> handOver.start(0, () -> done.add("refused"))).isInstanceOf(InterruptedException.class);
        handOver.start(1, end::countDown);
        handOver.start(0, () -> done.add("third"));
        handOver.await();

        // Then
        assertThat(done).containsExactly("first", "second", "third");
    }

    @Test
    void shouldThrowOnceWhatTheWorkThrew() throws InterruptedException {
        // Given
        RuntimeException failure = new IllegalArgumentException("no");
        handOver.start(0, () -> {
            throw failure;
        });

        // Then
        assertThatThrownBy(handOver::await).isSameAs(failure);
        assertThatCode(handOver::await).doesNotThrowAnyException();
    }

    @Test
    void shouldDoNothingBehindAFailureUntilItIsKnown() throws InterruptedException {
        // Given a piece that fails, and one that waits for it
        RuntimeException failure = new IllegalArgumentException("no");
        CountDownLatch end = new CountDownLatch(1);
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        handOver.start(0, () -> {
            awaitQuietly(end);
            throw failure;
        });
        handOver.start(0, () -> done.add("behind"));

        // When there is more, for this lane or for another one once it has failed
        end.countDown();
        assertThatThrownBy(() -> handOver.start(0, () -> done.add("refused"))).isSameAs(failure);
        handOver.start(0, () -> {
            throw failure;
        });
        assertThatThrownBy(() -> {
                    while (true) {
                        handOver.start(1, () -> {});
                    }
                })
                .isSameAs(failure);
        handOver.start(0, () -> done.add("after"));
        handOver.await();

        // Then
        assertThat(done).containsExactly("after");
    }

    @Test
    void shouldNotGoOnForEverBesideAPieceThatDoesNotEnd() throws InterruptedException {
        // Given a piece that does not end, and as many of another lane as may be handed over meanwhile
        CountDownLatch end = new CountDownLatch(1);
        handOver.start(0, () -> awaitQuietly(end));
        for (int i = 0; i < HandOver.MOST_OVERTAKEN; i++) {
            handOver.start(1, () -> {});
        }

        // Then the next one waits for it
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> handOver.start(1, () -> {})).isInstanceOf(InterruptedException.class);
        end.countDown();
        handOver.start(1, () -> {});
        handOver.await();
    }

    @Test
    void shouldWorkInAllLanesAtTheSameTime() throws InterruptedException {
        // Given pieces that end only together
        CyclicBarrier together = new CyclicBarrier(2);
        Runnable piece = () -> {
            try {
                together.await();
            } catch (InterruptedException | BrokenBarrierException e) {
                throw new IllegalStateException(e);
            }
        };

        // Then they do
        handOver.start(0, piece);
        handOver.start(1, piece);
        handOver.await();
    }

    @Test
    void shouldTellOfAllFailures() throws InterruptedException {
        // Given two pieces that fail
        RuntimeException failure = new IllegalArgumentException("no");
        RuntimeException later = new IllegalArgumentException("neither");
        CountDownLatch failed = new CountDownLatch(1);
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        handOver.start(0, () -> {
            awaitQuietly(failed);
            throw failure;
        });
        handOver.start(1, () -> {
            done.add("beside");
            failed.countDown();
            throw later;
        });

        // Then
        assertThatThrownBy(handOver::await).isSameAs(failure).hasSuppressedException(later);
        assertThat(done).containsExactly("beside");
    }

    @Test
    void shouldKeepInHandWhatAnInterruptedCallerDidNotWaitFor() throws InterruptedException {
        // Given
        CountDownLatch end = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        handOver.start(0, () -> {
            awaitQuietly(end);
            done.add("work");
        });

        // When
        Thread.currentThread().interrupt();
        assertThatThrownBy(handOver::await).isInstanceOf(InterruptedException.class);
        end.countDown();
        handOver.await();

        // Then
        assertThat(done).containsExactly("work");
    }

    @Test
    void shouldNotWaitForEverWhenItIsClosed() throws InterruptedException {
        // Given work that ends by an interrupt alone
        CountDownLatch never = new CountDownLatch(1);
        handOver.start(0, () -> awaitQuietly(never));

        // When
        handOver.close();

        // Then
        assertThatCode(handOver::await).doesNotThrowAnyException();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
