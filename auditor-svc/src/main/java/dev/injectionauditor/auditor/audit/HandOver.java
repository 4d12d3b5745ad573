package dev.injectionauditor.auditor.audit;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Does one piece of work at a time in a thread of its own, so that whoever hands it over can prepare the next one
 * meanwhile. Bounded: the next one is handed over when the one before has ended. Used by one thread.
 */
final class HandOver implements AutoCloseable {

    private static final Duration LONGEST_END = Duration.ofSeconds(3);

    private final ExecutorService executor;
    private @Nullable Future<?> inHand;

    /** @param name of the thread */
    HandOver(String name) {
        this.executor =
                Executors.newSingleThreadExecutor(Thread.ofPlatform().name(name).factory());
    }

    /** Begins the next piece of work. The one before has been waited for. */
    void start(Runnable work) {
        if (inHand != null) {
            throw new IllegalStateException("the work before has not been waited for");
        }
        inHand = executor.submit(work);
    }

    /**
     * Waits for the end of the work in hand, if there is any.
     *
     * @throws RuntimeException what the work threw; nothing is in hand then
     * @throws InterruptedException if this thread is interrupted; the work goes on and stays in hand
     */
    void await() throws InterruptedException {
        if (inHand == null) {
            return;
        }
        try {
            inHand.get();
            inHand = null;
        } catch (ExecutionException e) {
            inHand = null;
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /** Takes no more work and waits for what is in hand, but not for ever. */
    @Override
    public void close() {
        executor.shutdown();
        try {
            executor.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        executor.shutdownNow();
        inHand = null;
    }
}
