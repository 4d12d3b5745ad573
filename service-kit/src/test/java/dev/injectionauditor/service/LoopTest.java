package dev.injectionauditor.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

@Timeout(30)
class LoopTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Duration NO_PAUSE = Duration.ZERO;
    private static final Duration LONG_PAUSE = Duration.ofHours(1);

    private final AtomicReference<Instant> now = new AtomicReference<>(START);
    private final InstantSource clock = now::get;
    private final AtomicInteger runs = new AtomicInteger();

    @Test
    void shouldWorkUntilItIsClosed() {
        // Given a loop that always has more to do
        Loop loop = new Loop("busy", () -> runs.incrementAndGet() > 0, LONG_PAUSE, clock);

        // When it runs
        loop.start();
        await().until(() -> runs.get() > 3);
        loop.close();

        // Then it has ended
        int atTheEnd = runs.get();
        assertThat(threads("busy")).isZero();
        await().during(Duration.ofMillis(200)).until(() -> runs.get() == atTheEnd);
    }

    @Test
    void shouldRestWhenThereIsNothingToDo() {
        Loop loop = new Loop("idle", () -> runs.incrementAndGet() < 0, LONG_PAUSE, clock);

        loop.start();
        await().until(() -> threadState("idle") == Thread.State.TIMED_WAITING);
        loop.close();

        assertThat(runs).hasValue(1);
    }

    @Test
    void shouldGoOnAfterAFailure() {
        // Given work that fails in two ways first
        Loop loop = new Loop(
                "failing",
                () -> {
                    switch (runs.incrementAndGet()) {
                        case 1 -> throw new IllegalStateException("broken");
                        case 2 -> throw new StackOverflowError("broken deeply");
                        default -> now.set(START.plusSeconds(1));
                    }
                    return false;
                },
                LONG_PAUSE,
                clock);

        // When it runs
        loop.start();

        // Then it gets over both
        await().until(() -> loop.lastProgress().equals(START.plusSeconds(1)));
        loop.close();
        assertThat(runs).hasValue(3);
    }

    @Test
    void shouldGoOnWhenAFailureCannotBeTold() {
        // Given a log that fails itself when it is told of the first failure
        AtomicInteger told = new AtomicInteger();
        AppenderBase<ILoggingEvent> failing = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent event) {
                if (told.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("no room for a line");
                }
            }
        };
        Logger log = (Logger) LoggerFactory.getLogger(Loop.class);
        failing.setContext(log.getLoggerContext());
        failing.start();
        log.addAppender(failing);
        Loop loop = new Loop(
                "untold",
                () -> {
                    if (runs.incrementAndGet() < 3) {
                        throw new OutOfMemoryError("no room");
                    }
                    return false;
                },
                LONG_PAUSE,
                clock);

        // When the work fails twice
        try (loop) {
            loop.start();

            // Then it is done a third time
            await().until(() -> runs.get() == 3);
        } finally {
            log.detachAppender(failing);
        }
        assertThat(told).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource({"1,100", "2,200", "3,400", "7,6400", "8,10000", "1000000,10000"})
    void shouldPauseLongerAfterEachFailureUpToALimit(int failures, long milliseconds) {
        assertThat(Loop.pauseAfter(failures)).isEqualTo(Duration.ofMillis(milliseconds));
    }

    @Test
    void shouldRecordProgressOnlyOfWorkThatEndsWell() {
        // Given work that fails all the time
        Loop loop = new Loop(
                "stuck",
                () -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                NO_PAUSE,
                clock);
        loop.start();
        await().until(() -> runs.get() > 0);

        // When time passes
        now.set(START.plusSeconds(60));
        await().until(() -> runs.get() > 1);

        // Then it shows
        assertThat(loop.lastProgress()).isEqualTo(START);
        assertThat(loop.hasProgressedWithin(Duration.ofSeconds(60))).isTrue();
        assertThat(loop.hasProgressedWithin(Duration.ofSeconds(59))).isFalse();
        loop.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldTellFailuresThatAreExcusedFromOthers(boolean isExcused) {
        // Given work that fails all the time
        Loop loop = new Loop(
                "excused",
                () -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("away");
                },
                NO_PAUSE,
                clock,
                failure -> isExcused && failure.getMessage().equals("away"));
        loop.start();

        // When time passes, and it has failed once more
        now.set(START.plusSeconds(60));
        int before = runs.get();
        await().until(() -> runs.get() > before + 1);

        // Then it shows whether that is excused
        assertThat(loop.hasRunWithin(Duration.ofSeconds(59))).isEqualTo(isExcused);
        assertThat(loop.hasProgressedWithin(Duration.ofSeconds(59))).isFalse();
        loop.close();
    }

    @Test
    void shouldExcuseEveryFailureIfNobodySaysWhich() {
        // Given work that fails all the time
        Loop loop = new Loop(
                "failing",
                () -> {
                    runs.incrementAndGet();
                    throw new StackOverflowError("broken");
                },
                NO_PAUSE,
                clock);
        loop.start();

        // When time passes, and it has failed once more
        now.set(START.plusSeconds(60));
        int before = runs.get();
        await().until(() -> runs.get() > before + 1);

        // Then it has run
        assertThat(loop.hasRunWithin(Duration.ofSeconds(59))).isTrue();
        loop.close();
    }

    @Test
    void shouldInterruptWorkThatWaits() throws InterruptedException {
        // Given work that waits for ever
        CountDownLatch waiting = new CountDownLatch(1);
        Loop loop = new Loop(
                "waiting",
                () -> {
                    waiting.countDown();
                    new CountDownLatch(1).await();
                    return true;
                },
                NO_PAUSE,
                clock);
        loop.start();
        waiting.await();

        // When it is closed
        loop.close();

        // Then the thread is gone
        assertThat(threads("waiting")).isZero();
    }

    @Test
    void shouldEndDuringAPauseAfterAFailure() {
        Loop loop = new Loop(
                "pausing",
                () -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                NO_PAUSE,
                clock);
        loop.start();
        await().until(() -> runs.get() > 4);

        loop.close();

        assertThat(threads("pausing")).isZero();
    }

    @Test
    void shouldStartOnlyOnceAndCloseWithoutHavingStarted() {
        Loop loop = new Loop("once", () -> false, LONG_PAUSE, clock);
        loop.start();

        assertThatThrownBy(loop::start).isInstanceOf(IllegalStateException.class);
        loop.close();
        new Loop("never", () -> false, LONG_PAUSE, clock).close();
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    private static Thread.State threadState(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .map(Thread::getState)
                .orElse(Thread.State.NEW);
    }
}
