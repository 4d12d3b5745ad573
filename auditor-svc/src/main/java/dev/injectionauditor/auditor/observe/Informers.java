package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The informers of an observer: started once each, and stopped together. Used by one thread at a time. */
final class Informers implements AutoCloseable {

    /**
     * A list of 150,000 Pods takes minutes, which the role reports as work; an API server that is away is asked again
     * and again until then.
     */
    private static final Duration LONGEST_LIST = Duration.ofMinutes(15);

    private final List<SharedIndexInformer<?>> running = new ArrayList<>();

    /**
     * Starts an informer that watches until it is stopped, whatever happens to its connection; returns once everything
     * has been listed and handled.
     *
     * @throws TimeoutException if the API server takes too long
     */
    <T extends HasMetadata> SharedIndexInformer<T> start(SharedIndexInformer<T> informer, Accounting<T> handler)
            throws InterruptedException, TimeoutException {
        prepare(informer, handler);
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

    /** As above, but returns at once: whatever it lists comes later, or never. */
    <T extends HasMetadata> SharedIndexInformer<T> begin(
            SharedIndexInformer<T> informer, ResourceEventHandler<T> handler) {
        prepare(informer, handler);
        informer.start();
        return informer;
    }

    private <T extends HasMetadata> void prepare(SharedIndexInformer<T> informer, ResourceEventHandler<T> handler) {
        running.add(informer);
        // Without this an informer stops for good at the first error that is not about its connection.
        informer.exceptionHandler((started, failure) -> true);
        informer.addEventHandler(handler);
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
