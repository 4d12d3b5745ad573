package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Scope;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Remembers of each Pod what was told, so that only news is told: most updates of a Pod are of its status. The scope is
 * decided at first sight and stays. Used by one thread, that of the informer's callbacks.
 */
final class PodTracker {

    private final Map<UUID, Told> told = new HashMap<>();
    private final Function<Pod, Scope> scopes;

    private record Told(Scope scope, @Nullable UUID stamp, List<String> lacking, Lifecycle lifecycle) {}

    PodTracker(Function<Pod, Scope> scopes) {
        this.scopes = scopes;
    }

    /** The observation to tell of a Pod that was seen, if it is news. */
    Optional<PodObservation> seen(Pod pod, Instant now) {
        UUID uid = UUID.fromString(pod.getMetadata().getUid());
        Told before = told.get(uid);
        PodObservation observation =
                PodMapper.observe(pod, before == null ? scopes.apply(pod) : before.scope(), false, now);
        Told after = new Told(observation.scope(), observation.stamp(), observation.lacking(), observation.lifecycle());
        told.put(uid, after);
        return after.equals(before) ? Optional.empty() : Optional.of(observation);
    }

    /** The observation to tell of a Pod that is gone. */
    PodObservation gone(Pod pod, Instant now) {
        Told before = told.remove(UUID.fromString(pod.getMetadata().getUid()));
        return PodMapper.observe(pod, before == null ? scopes.apply(pod) : before.scope(), true, now);
    }

    /** Number of Pods that are known. */
    int size() {
        return told.size();
    }
}
