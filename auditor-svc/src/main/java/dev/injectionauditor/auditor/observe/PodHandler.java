package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the Pod informer calls: maps and enqueues, and keeps account of what was watched. */
final class PodHandler implements ResourceEventHandler<Pod> {

    private final PodTracker tracker;
    private final EventQueue queue;
    private final WatchedSpan span;
    private final InstantSource clock;

    PodHandler(PodTracker tracker, EventQueue queue, WatchedSpan span, InstantSource clock) {
        this.tracker = tracker;
        this.queue = queue;
        this.span = span;
        this.clock = clock;
    }

    @Override
    public void onBeforeList(@Nullable String lastSyncResourceVersion) {
        span.broken();
    }

    @Override
    public void onList(String resourceVersion, boolean remainedEmpty) {
        span.listed(clock.instant());
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
