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
        handOver.start(List.of(() -> {
            awaitQuietly(goneOn);
            done.add("first");
        }));

        // When
        goneOn.countDown();
        handOver.await();
        handOver.start(List.of(() -> done.add("second")));
        handOver.await();

        // Then
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void shouldTakeNothingWhileSomethingIsInHand() {
        handOver.start(List.of(() -> {}));

        assertThatThrownBy(() -> handOver.start(List.of(() -> {}))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldThrowOnceWhatTheWorkThrew() {
        // Given
        RuntimeException failure = new IllegalArgumentException("no");
        handOver.start(List.of(() -> {
            throw failure;
        }));

        // Then
        assertThatThrownBy(handOver::await).isSameAs(failure);
        assertThatCode(handOver::await).doesNotThrowAnyException();
    }

    @Test
    void shouldDoAllPiecesAtTheSameTime() throws InterruptedException {
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
        handOver.start(List.of(piece, piece));
        handOver.await();
    }

    @Test
    void shouldWaitForAllPiecesEvenIfOneFails() {
        // Given a piece that fails, and others that end only after that, one of them with a failure
        RuntimeException failure = new IllegalArgumentException("no");
        RuntimeException later = new IllegalArgumentException("neither");
        CountDownLatch failed = new CountDownLatch(1);
        List<String> done = Collections.synchronizedList(new ArrayList<>());
        handOver.start(List.of(
                () -> {
                    failed.countDown();
                    throw failure;
                },
                () -> {
                    awaitQuietly(failed);
                    done.add("second");
                },
                () -> {
                    throw later;
                }));

        // Then
        assertThatThrownBy(handOver::await).isSameAs(failure).hasSuppressedException(later);
        assertThat(done).containsExactly("second");
    }

    @Test
    void shouldKeepInHandWhatAnInterruptedCallerDidNotWaitFor() throws InterruptedException {
        // Given
        CountDownLatch end = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        handOver.start(List.of(() -> {
            awaitQuietly(end);
            done.add("work");
        }));

        // When
        Thread.currentThread().interrupt();
        assertThatThrownBy(handOver::await).isInstanceOf(InterruptedException.class);
        end.countDown();
        handOver.await();

        // Then
        assertThat(done).containsExactly("work");
    }

    @Test
    void shouldNotWaitForEverWhenItIsClosed() {
        // Given work that ends by an interrupt alone
        CountDownLatch never = new CountDownLatch(1);
        handOver.start(List.of(() -> awaitQuietly(never)));

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
