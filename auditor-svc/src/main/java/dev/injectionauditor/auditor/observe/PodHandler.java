package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.PodTracker;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the Pod informer calls: maps and enqueues. */
final class PodHandler implements ResourceEventHandler<Pod> {

    private final PodTracker tracker;
    private final EventQueue queue;
    private final InstantSource clock;
    private @Nullable PodTracker earlier;

    /** @param earlier what an observer before this one knew, null if there was none */
    PodHandler(PodTracker tracker, @Nullable PodTracker earlier, EventQueue queue, InstantSource clock) {
        this.tracker = tracker;
        this.earlier = earlier;
        this.queue = queue;
        this.clock = clock;
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        if (earlier != null) {
            tracker.goneSince(earlier, clock.instant()).forEach(queue::offer);
            earlier = null;
        }
    }

    @Override
    public void onAdd(Pod pod) {
        tracker.seen(pod, clock.instant()).ifPresent(queue::offer);
    }

    @Override
    public void onUpdate(Pod old, Pod pod) {
        if (!Objects.equals(old.getMetadata().getUid(), pod.getMetadata().getUid())) {
            // A list found another Pod under the name.
            onDelete(old, true);
        }
        onAdd(pod);
    }

    @Override
    public void onDelete(Pod pod, boolean finalStateUnknown) {
        queue.offer(tracker.gone(pod, clock.instant()));
    }
}
