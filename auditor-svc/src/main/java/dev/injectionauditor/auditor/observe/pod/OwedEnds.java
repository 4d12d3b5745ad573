package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.schema.PodObservation;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ends of Pods that Kafka has not taken yet. What is lost of a Pod that is there is told again by the next list; of
 * a Pod that is gone no list tells, so what is known of it has to outlive the tracker that knew it. Safe for use by
 * several threads.
 */
public final class OwedEnds {

    /** Of which each takes some 400 bytes. Kafka has to be away for long, so that more Pods than these are deleted. */
    private static final int MOST = 100_000;

    /** What trackers before the present one told of, as long as it is not known which of them are there still. */
    private final Map<UUID, PodObservation> left = new HashMap<>();

    /** Changed without the lock, too: who sends or watches must not wait for those who have it. */
    private final Map<UUID, PodObservation> ends = new ConcurrentHashMap<>();

    private final int most;
    private final Runnable forgotten;
    private @Nullable PodTracker current;

    /** @param forgotten called for each end that is told but that nobody would tell again, as there are too many */
    public OwedEnds(Runnable forgotten) {
        this(MOST, forgotten);
    }

    OwedEnds(int most, Runnable forgotten) {
        this.most = most;
        this.forgotten = forgotten;
    }

    /** Another tracker takes over from the one before it, of which nothing is sent any more. */
    public synchronized void follow(PodTracker next) {
        PodTracker last = current;
        if (last != null) {
            int room = Math.max(most, last.size());
            last.told().forEach((uid, told) -> leave(uid, told, room));
        }
        current = next;
    }

    /** Lists that break off again and again would leave ever more of what has come and gone meanwhile. */
    private void leave(UUID uid, PodObservation told, int room) {
        if (left.size() < room || left.containsKey(uid)) {
            left.put(uid, told);
        } else {
            forgotten.run();
        }
    }

    /**
     * What has to be told, again or for the first time, once a tracker has seen all Pods that are there.
     *
     * @return nothing if another tracker has taken over
     */
    public synchronized List<PodObservation> due(PodTracker tracker, Instant now) {
        if (tracker != current) {
            return List.of();
        }
        ends.keySet().removeIf(tracker::knows);
        List<PodObservation> again = List.copyOf(ends.values());
        List<PodObservation> vanished = left.values().stream()
                .filter(pod -> !tracker.knows(pod.pod().uid()))
                .filter(pod -> !ends.containsKey(pod.pod().uid()))
                .map(pod -> PodTracker.gone(pod, pod.resourceVersion(), now))
                .toList();
        vanished.forEach(this::owe);
        left.clear();
        return Stream.concat(again.stream(), vanished.stream()).toList();
    }

    /** The end of a Pod is about to be told. */
    public void owe(PodObservation end) {
        UUID uid = end.pod().uid();
        if (ends.size() < most || ends.containsKey(uid)) {
            ends.put(uid, end);
        } else {
            forgotten.run();
        }
    }

    /** Kafka has taken an observation. */
    public void taken(PodObservation observation) {
        ends.remove(observation.pod().uid(), observation);
    }
}
