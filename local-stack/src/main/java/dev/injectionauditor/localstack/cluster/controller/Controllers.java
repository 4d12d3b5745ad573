package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.api.Api;
import dev.injectionauditor.localstack.cluster.object.ApiException;
import dev.injectionauditor.localstack.cluster.object.Store;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Runs the controllers, each on a thread of its own: whenever something has changed, each looks at everything. */
public final class Controllers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Controllers.class);
    private static final Duration IDLE = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(200);

    private final Store store;
    private final List<Thread> threads;

    /** Makes the world a bit more like it should be; told again after every change, its own included. */
    interface Controller {
        void reconcile() throws InterruptedException;
    }

    /**
     * Does this for each object; one that fails keeps nobody from the others.
     *
     * @throws ApiException the first failure, when all have had their turn
     */
    static void each(Collection<ObjectNode> objects, Consumer<ObjectNode> action) {
        @Nullable ApiException first = null;
        for (ObjectNode object : objects) {
            try {
                action.accept(object);
            } catch (ApiException e) {
                first = first == null ? e : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** @param api by which they change objects, as clients do */
    public Controllers(Api api, InstantSource clock) {
        this.store = api.store();
        this.threads = List.of(
                start(new DeploymentController(api)),
                start(new ReplicaSetController(api)),
                start(new StatefulSetController(api)),
                start(new Kubelet(api, clock)),
                start(new GarbageCollector(api)),
                start(new NamespaceController(api)));
    }

    private Thread start(Controller controller) {
        return Thread.ofVirtual()
                .name("simulated-" + controller.getClass().getSimpleName())
                .start(() -> loop(controller));
    }

    private void loop(Controller controller) {
        try {
            while (true) {
                long seen = store.revision();
                try {
                    controller.reconcile();
                    store.changesAfter(seen, IDLE);
                } catch (ApiException e) {
                    // Somebody else was faster, an object was refused, or the history was compacted: look again.
                    Thread.sleep(AFTER_FAILURE);
                } catch (RuntimeException e) {
                    LOG.atError().setCause(e).log("A controller of the simulated cluster failed");
                    Thread.sleep(AFTER_FAILURE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        threads.forEach(Thread::interrupt);
    }
}
