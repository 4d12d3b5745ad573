package dev.injectionauditor.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running parts of a service. They are closed in the reverse of the order they were added in, each for itself: a
 * part that fails or hangs is reported and does not keep the others from closing.
 */
public final class Parts implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<Part> parts = new ArrayDeque<>();
    private boolean closed;

    private record Part(String name, AutoCloseable closeable, Duration limit) {}

    /**
     * Adds a part and returns it.
     *
     * @param limit how long its {@code close} may take before it is left behind
     * @throws IllegalStateException if the parts have been closed already; the new one is then closed at once
     */
    public synchronized <T extends AutoCloseable> T add(String name, T part, Duration limit) {
        if (closed) {
            close(new Part(name, part, limit));
            throw new IllegalStateException("closed while starting");
        }
        parts.push(new Part(name, part, limit));
        return part;
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!parts.isEmpty()) {
            close(parts.pop());
        }
    }

    private static void close(Part part) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread closer = Thread.ofPlatform().daemon().name("close " + part.name).start(() -> {
            try {
                part.closeable.close();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        try {
            done.get(part.limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.atWarn()
                    .addKeyValue("part", part.name)
                    .addKeyValue("limit", part.limit)
                    .log("A part did not close in time and is left behind");
            closer.interrupt();
        } catch (ExecutionException e) {
            LOG.atWarn().addKeyValue("part", part.name).setCause(e.getCause()).log("A part failed to close");
        } catch (InterruptedException e) {
            closer.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
