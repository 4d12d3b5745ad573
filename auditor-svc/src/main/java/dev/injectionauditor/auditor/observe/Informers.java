package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The informers of an observer: started once each, and stopped together. Used by one thread at a time. */
final class Informers implements AutoCloseable {

    private static final Duration LONGEST_LIST = Duration.ofMinutes(2);

    private final List<SharedIndexInformer<?>> running = new ArrayList<>();

    /**
     * Starts an informer that watches until it is stopped, whatever happens to its connection; returns once everything
     * has been listed and handled.
     *
     * @throws TimeoutException if the API server takes too long
     */
    <T extends HasMetadata> SharedIndexInformer<T> start(SharedIndexInformer<T> informer, Accounting<T> handler)
            throws InterruptedException, TimeoutException {
        running.add(informer);
        // Without this an informer stops for good at the first error that is not about its connection.
        informer.exceptionHandler((started, failure) -> true);
        informer.addEventHandler(handler);
        try {
            // The informer itself does not wait for its handler.
            informer.start()
                    .thenCombine(handler.firstList(), (started, listed) -> informer)
                    .toCompletableFuture()
                    .get(LONGEST_LIST.toMillis(), TimeUnit.MILLISECONDS);
            return informer;
        } catch (ExecutionException e) {
            stop(informer);
            throw new IllegalStateException("cannot list and watch", e.getCause());
        } catch (InterruptedException | TimeoutException e) {
            stop(informer);
            throw e;
        }
    }

    void stop(SharedIndexInformer<?> informer) {
        informer.stop();
        running.remove(informer);
    }

    @Override
    public void close() {
        List.copyOf(running).forEach(this::stop);
    }
}
