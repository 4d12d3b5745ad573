package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the calls of an informer on to a handler whose failure must not go unnoticed: the informer itself would log it
 * and go on, and what the handler had to tell would be missing without anybody knowing. So the queue is told that
 * something is lost. Of a queue only the first failure is logged.
 */
record Guarded<T extends HasMetadata>(ResourceEventHandler<T> handler, EventQueue queue)
        implements ResourceEventHandler<T> {

    private static final Logger LOG = LoggerFactory.getLogger(Guarded.class);

    @Override
    public void onBeforeList(@Nullable String lastSyncResourceVersion) {
        call(() -> handler.onBeforeList(lastSyncResourceVersion), null);
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        call(() -> handler.onList(resourceVersion, remainedEmpty), null);
    }

    @Override
    public void onAdd(T object) {
        call(() -> handler.onAdd(object), object);
    }

    @Override
    public void onUpdate(T old, T object) {
        call(() -> handler.onUpdate(old, object), object);
    }

    @Override
    public void onDelete(T object, boolean finalStateUnknown) {
        call(() -> handler.onDelete(object, finalStateUnknown), object);
    }

    private void call(Runnable handling, @Nullable T object) {
        try {
            handling.run();
        } catch (RuntimeException | Error e) {
            if (!queue.isBroken()) {
                ObjectMeta meta = object == null ? new ObjectMeta() : object.getMetadata();
                LOG.atError()
                        .addKeyValue("namespace", meta.getNamespace())
                        .addKeyValue("name", meta.getName())
                        .setCause(e)
                        .log("What a watch told cannot be handled, so it is lost");
            }
            queue.breakUp();
        }
    }
}
