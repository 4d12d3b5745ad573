package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One piece of work at a time, while the caller goes on. */
@Timeout(30)
class HandOverTest {

    private final HandOver handOver = new HandOver("test");

    @AfterEach
    void close() {
        handOver.close();
    }

    @Test
    void shouldWorkWhileTheCallerGoesOn() throws InterruptedException {
        // Given work that only ends after the caller has gone on
        CountDownLatch goneOn = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        handOver.start(() -> {
            awaitQuietly(goneOn);
            done.add("first");
        });

        // When
        goneOn.countDown();
        handOver.await();
        handOver.start(() -> done.add("second"));
        handOver.await();

        // Then
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void shouldTakeNothingWhileSomethingIsInHand() {
        handOver.start(() -> {});

        assertThatThrownBy(() -> handOver.start(() -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldThrowOnceWhatTheWorkThrew() {
        // Given
        RuntimeException failure = new IllegalArgumentException("no");
        handOver.start(() -> {
            throw failure;
        });

        // Then
        assertThatThrownBy(handOver::await).isSameAs(failure);
        assertThatCode(handOver::await).doesNotThrowAnyException();
    }

    @Test
    void shouldKeepInHandWhatAnInterruptedCallerDidNotWaitFor() throws InterruptedException {
        // Given
        CountDownLatch end = new CountDownLatch(1);
        List<String> done = new ArrayList<>();
        handOver.start(() -> {
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
    void shouldNotWaitForEverWhenItIsClosed() {
        // Given work that ends by an interrupt alone
        CountDownLatch never = new CountDownLatch(1);
        handOver.start(() -> awaitQuietly(never));

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
