package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class PartsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final Parts parts = new Parts();
    private final List<String> closed = new CopyOnWriteArrayList<>();

    @Test
    void shouldCloseInReverseOrderAndOnce() {
        parts.add("first", () -> closed.add("first"), LONG);
        parts.add("second", () -> closed.add("second"), LONG);

        parts.close();
        parts.close();

        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void shouldReturnThePart() {
        AutoCloseable part = () -> {};

        assertThat(parts.add("part", part, LONG)).isSameAs(part);
    }

    @Test
    void shouldCloseTheOthersIfOneFails() {
        parts.add("first", () -> closed.add("first"), LONG);
        parts.add(
                "failing",
                () -> {
                    throw new IllegalStateException("broken");
                },
                LONG);
        parts.add(
                "worse",
                () -> {
                    throw new StackOverflowError("broken");
                },
                LONG);

        parts.close();

        assertThat(closed).containsExactly("first");
    }

    @Test
    void shouldLeaveBehindWhatHangs() throws InterruptedException {
        // Given a part that never closes by itself
        CountDownLatch interrupted = new CountDownLatch(1);
        parts.add("first", () -> closed.add("first"), LONG);
        parts.add(
                "hanging",
                () -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.countDown();
                    }
                },
                Duration.ofMillis(50));

        // When the parts are closed
        parts.close();

        // Then the other one is closed, and the hanging one was told to end
        assertThat(closed).containsExactly("first");
        interrupted.await();
    }

    @Test
    void shouldCloseAtOnceWhatComesTooLate() {
        parts.close();

        assertThatThrownBy(() -> parts.add("late", () -> closed.add("late"), LONG))
                .isInstanceOf(IllegalStateException.class);
        assertThat(closed).containsExactly("late");
    }
}
