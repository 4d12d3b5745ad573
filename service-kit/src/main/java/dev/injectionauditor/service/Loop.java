package dev.injectionauditor.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does a piece of work again and again in a thread of its own. A failure is logged and followed by a growing pause; an
 * interrupt ends the loop. The work itself is a method that tests call without the loop.
 */
public final class Loop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Loop.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final String name;
    private final Work work;
    private final Duration idlePause;
    private final InstantSource clock;
    private final Predicate<Throwable> excused;
    private volatile Instant lastProgress;
    private volatile Instant lastEnd;
    private volatile boolean stopping;
    private @Nullable Thread thread;

    /** The work of a loop. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does one piece of work.
         *
         * @return true if there may be more to do at once, false to rest for a while
         * @throws InterruptedException ends the loop
         * @throws Exception is logged; the loop goes on after a pause
         */
        boolean runOnce() throws Exception;
    }

    /**
     * A loop that is not running yet, whose every failure is excused.
     *
     * @param idlePause how long to rest when there is nothing to do
     */
    public Loop(String name, Work work, Duration idlePause, InstantSource clock) {
        this(name, work, idlePause, clock, failure -> true);
    }

    /**
     * A loop that is not running yet.
     *
     * @param idlePause how long to rest when there is nothing to do
     * @param excused holds for failures that no new process would be spared, so that they are no reason to start one
     */
    public Loop(String name, Work work, Duration idlePause, InstantSource clock, Predicate<Throwable> excused) {
        this.name = name;
        this.work = work;
        this.idlePause = idlePause;
        this.clock = clock;
        this.excused = excused;
        this.lastProgress = clock.instant();
        this.lastEnd = lastProgress;
    }

    /** Starts the thread. */
    public synchronized void start() {
        if (thread != null) {
            throw new IllegalStateException("already started");
        }
        lastProgress = clock.instant();
        lastEnd = lastProgress;
        thread = Thread.ofPlatform().name(name).start(this::run);
    }

    /** When a piece of work last ended without a failure. */
    public Instant lastProgress() {
        return lastProgress;
    }

    /** Whether a piece of work has ended without a failure within the given time. */
    public boolean hasProgressedWithin(Duration limit) {
        return Duration.between(lastProgress, clock.instant()).compareTo(limit) <= 0;
    }

    /**
     * Whether a piece of work has ended within the given time, without a failure or with one that is excused. A loop
     * with such failures is not stuck, however often it fails.
     */
    public boolean hasRunWithin(Duration limit) {
        return Duration.between(lastEnd, clock.instant()).compareTo(limit) <= 0;
    }

    private void run() {
        int failures = 0;
        while (!stopping) {
            try {
                boolean more = work.runOnce();
                lastProgress = clock.instant();
                lastEnd = lastProgress;
                failures = 0;
                if (!more) {
                    Thread.sleep(idlePause);
                }
            } catch (InterruptedException e) {
                return;
            } catch (Throwable e) { // an Error too: a thread that ends unseen would be worse
                if (stopping || Thread.interrupted()) {
                    return;
                }
                if (excused.test(e)) {
                    lastEnd = clock.instant();
                }
                Duration pause = pauseAfter(++failures);
                report(e, failures, pause);
                try {
                    Thread.sleep(pause);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }
    }

    private void report(Throwable failure, int failures, Duration pause) {
        try {
            LOG.atWarn()
                    .addKeyValue("loop", name)
                    .addKeyValue("failuresInARow", failures)
                    .addKeyValue("nextTryIn", pause)
                    .setCause(failure)
                    .log("A piece of work failed");
        } catch (Throwable e) {
            // no memory to tell of it, most likely; the work is what matters
        }
    }

    static Duration pauseAfter(int failures) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 10));
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** Interrupts the work and waits for the thread to end; an interrupt of the caller ends the wait. */
    @Override
    public synchronized void close() {
        stopping = true;
        if (thread == null) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
