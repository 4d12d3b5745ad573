package dev.injectionauditor.auditor.audit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Does some pieces of work at a time in threads of its own, so that whoever hands them over can prepare the next ones
 * meanwhile. Bounded: the next ones are handed over when those before have ended. Used by one thread.
 */
final class HandOver implements AutoCloseable {

    private static final Duration LONGEST_END = Duration.ofSeconds(3);

    private final ExecutorService executor;
    private List<Future<?>> inHand = List.of();

    /**
     * Starts no thread yet.
     *
     * @param name what the names of the threads begin with
     * @param threads how many pieces are done at the same time
     */
    HandOver(String name, int threads) {
        this.executor = Executors.newFixedThreadPool(
                threads, Thread.ofPlatform().name(name, 1).factory());
    }

    /** Begins the next pieces of work. Those before have been waited for. */
    void start(List<Runnable> work) {
        if (!inHand.isEmpty()) {
            throw new IllegalStateException("the work before has not been waited for");
        }
        List<Future<?>> started = new ArrayList<>();
        work.forEach(piece -> started.add(executor.submit(piece)));
        inHand = started;
    }

    /**
     * Waits for the end of all work in hand, if there is any.
     *
     * @throws RuntimeException what a piece threw, the others' suppressed; nothing is in hand then
     * @throws InterruptedException if this thread is interrupted; the work goes on and stays in hand
     */
    void await() throws InterruptedException {
        Throwable failure = null;
        for (Future<?> piece : inHand) {
            try {
                piece.get();
            } catch (ExecutionException e) {
                if (failure == null) {
                    failure = e.getCause();
                } else if (failure != e.getCause()) {
                    failure.addSuppressed(e.getCause());
                }
            }
        }
        inHand = List.of();
        switch (failure) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
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
        inHand = List.of();
    }
}
