package dev.injectionauditor.auditor.audit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Does work in lanes, so that whoever hands it over can prepare more meanwhile. The pieces of a lane are done one after
 * the other by a thread of its own. Bounded: one piece of a lane may wait while another one is done, and who has more
 * for it waits too. After a failure nothing more is done in its lane until that is known ({@link #await}). Used by one
 * thread.
 */
final class HandOver implements AutoCloseable {

    private static final Duration LONGEST_END = Duration.ofSeconds(3);
    private static final int MOST_IN_HAND = 2;

    /** A piece that never ends is noticed although its lane gets no more: the others do not go on without it. */
    static final int MOST_OVERTAKEN = 100;

    private final List<Lane> lanes = new ArrayList<>();

    private static final class Lane {

        private final ExecutorService executor;
        private final Deque<Future<?>> inHand = new ArrayDeque<>();
        private volatile boolean failed;

        /** How many pieces of other lanes have been handed over since the oldest piece here. */
        private int overtaken;

        Lane(String name) {
            this.executor = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name(name).factory());
        }

        /** Waits until there are fewer pieces in hand, or one has failed. */
        void awaitFewerThan(int pieces) throws InterruptedException {
            while (inHand.size() >= pieces && !failed) {
                try {
                    inHand.getFirst().get();
                    inHand.removeFirst();
                    overtaken = 0;
                } catch (ExecutionException e) {
                    // It stays in hand for who awaits all.
                }
            }
        }

        /** A piece of another lane is handed over. */
        void overtake() throws InterruptedException {
            while (!inHand.isEmpty() && inHand.getFirst().isDone() && !failed) {
                awaitFewerThan(inHand.size());
            }
            overtaken++;
            if (overtaken > MOST_OVERTAKEN) {
                awaitFewerThan(1);
            }
        }

        void start(Runnable piece) {
            if (inHand.isEmpty()) {
                overtaken = 0;
            }
            inHand.add(executor.submit(() -> {
                if (!failed) {
                    boolean isDone = false;
                    try {
                        piece.run();
                        isDone = true;
                    } finally {
                        failed |= !isDone;
                    }
                }
            }));
        }
    }

    /**
     * Has no work yet.
     *
     * @param name what the names of the threads begin with
     * @param lanes how many there are; they are known by their numbers from 0
     */
    HandOver(String name, int lanes) {
        for (int i = 0; i < lanes; i++) {
            this.lanes.add(new Lane(name + i));
        }
    }

    /**
     * Hands a piece of work over, as soon as its lane has room for it and no other lane is far behind.
     *
     * @throws RuntimeException as {@link #await} does, if an earlier piece of any lane is found to have failed; this
     *     one is not done then
     * @throws InterruptedException if this thread is interrupted before; the piece is not done, others stay in hand
     */
    void start(int lane, Runnable piece) throws InterruptedException {
        Lane chosen = lanes.get(lane);
        for (Lane other : lanes) {
            if (other != chosen) {
                other.overtake();
            }
        }
        chosen.awaitFewerThan(MOST_IN_HAND);
        if (lanes.stream().anyMatch(any -> any.failed)) {
            await();
        }
        chosen.start(piece);
    }

    /**
     * Waits for the end of all work in hand, if there is any.
     *
     * @throws RuntimeException what a piece threw, the others' suppressed; nothing is in hand then
     * @throws InterruptedException if this thread is interrupted; the work goes on and stays in hand
     */
    void await() throws InterruptedException {
        Throwable failure = null;
        for (Lane lane : lanes) {
            for (Future<?> piece : lane.inHand) {
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
        }
        forget();
        switch (failure) {
            case null -> {}
            case RuntimeException exception -> throw exception;
            case Error error -> throw error;
            default -> throw new IllegalStateException(failure);
        }
    }

    private void forget() {
        for (Lane lane : lanes) {
            lane.inHand.clear();
            lane.overtaken = 0;
            lane.failed = false;
        }
    }

    /** Takes no more work and waits for what is in hand, but not for ever. */
    @Override
    public void close() {
        lanes.forEach(lane -> lane.executor.shutdown());
        try {
            long end = System.nanoTime() + LONGEST_END.toNanos();
            for (Lane lane : lanes) {
                lane.executor.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lanes.forEach(lane -> lane.executor.shutdownNow());
        forget();
    }
}
