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

    private final List<Lane> lanes = new ArrayList<>();

    private static final class Lane {

        private final ExecutorService executor;
        private final Deque<Future<?>> inHand = new ArrayDeque<>();
        private volatile boolean failed;

        Lane(String name) {
            this.executor = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().name(name).factory());
        }

        void awaitRoom() throws InterruptedException {
            while (inHand.size() >= MOST_IN_HAND && !failed) {
                try {
                    inHand.getFirst().get();
                    inHand.removeFirst();
                } catch (ExecutionException e) {
                    // It stays in hand for who awaits all.
                }
            }
        }

        void start(Runnable piece) {
            inHand.add(executor.submit(() -> {
                if (!failed) {
                    try {
                        piece.run();
                    } catch (RuntimeException | Error e) {
                        failed = true;
                        throw e;
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
     * Hands a piece of work over, as soon as its lane has room for it.
     *
     * @throws RuntimeException as {@link #await} does, if an earlier piece of any lane is found to have failed; this
     *     one is not done then
     * @throws InterruptedException if this thread is interrupted before; the piece is not done, others stay in hand
     */
    void start(int lane, Runnable piece) throws InterruptedException {
        Lane chosen = lanes.get(lane);
        chosen.awaitRoom();
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
            lane.failed = false;
        }
    }

    /** Takes no more work and waits for what is in hand, but not for ever. */
    @Override
    public void close() {
        lanes.forEach(lane -> lane.executor.shutdown());
        try {
            for (Lane lane : lanes) {
                lane.executor.awaitTermination(LONGEST_END.toMillis() / lanes.size(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lanes.forEach(lane -> lane.executor.shutdownNow());
        forget();
    }
}
