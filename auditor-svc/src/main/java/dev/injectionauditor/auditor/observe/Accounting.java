package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Hands the calls of an informer on, and keeps account of its lists and of what the handler has done.
 *
 * @param broken called before a list
 * @param listed called when the handler has been told of everything in a list
 * @param handled called after each object that the handler was told of
 * @param firstList completes when {@code listed} was called for the first time
 */
record Accounting<T>(
        ResourceEventHandler<T> handler,
        Runnable broken,
        Runnable listed,
        Runnable handled,
        CompletableFuture<@Nullable Void> firstList)
        implements ResourceEventHandler<T> {

    Accounting(ResourceEventHandler<T> handler, Runnable broken, Runnable listed, Runnable handled) {
        this(handler, broken, listed, handled, new CompletableFuture<>());
    }

    @Override
    public void onBeforeList(@Nullable String lastSyncResourceVersion) {
        broken.run();
        handler.onBeforeList(lastSyncResourceVersion);
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        handler.onList(resourceVersion, remainedEmpty);
        listed.run();
        firstList.complete(null);
    }

    @Override
    public void onAdd(T object) {
        handler.onAdd(object);
        handled.run();
    }

    @Override
    public void onUpdate(T old, T object) {
        handler.onUpdate(old, object);
        handled.run();
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
        handler.onDelete(object, finalStateUnknown);
        handled.run();
    }
}
