package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.observe.pod.OwedEnds;
import dev.injectionauditor.auditor.observe.pod.PodTracker;
import dev.injectionauditor.schema.PodObservation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.InstantSource;
import java.util.Objects;

/** What the Pod informer calls: maps and enqueues. */
final class PodHandler implements ResourceEventHandler<Pod> {

    private final PodTracker tracker;
    private final OwedEnds owed;
    private final EventQueue queue;
    private final InstantSource clock;
    private boolean hasListed;

    PodHandler(PodTracker tracker, OwedEnds owed, EventQueue queue, InstantSource clock) {
        this.tracker = tracker;
        this.owed = owed;
        this.queue = queue;
        this.clock = clock;
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        if (!hasListed) {
            hasListed = true;
            owed.due(tracker, clock.instant()).forEach(queue::offer);
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
        PodObservation end = tracker.gone(pod, clock.instant());
        owed.owe(end);
        queue.offer(end);
    }
}
