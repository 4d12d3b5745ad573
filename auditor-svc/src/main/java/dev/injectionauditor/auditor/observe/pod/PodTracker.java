package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.Scope;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Remembers of each Pod what was told last, so that only news is told: most updates of a Pod are of its status. The
 * scope is decided at first sight and stays. Safe for use by several threads.
 */
public final class PodTracker {

    /** Written under the lock; read without it by those who must not wait while a scope is decided. */
    private final Map<UUID, PodObservation> told = new ConcurrentHashMap<>();

    private final Interner interner = new Interner();
    private final Function<Pod, Scope> scopes;

    /** @param scopes decides the scope of a Pod at first sight */
    public PodTracker(Function<Pod, Scope> scopes) {
        this.scopes = scopes;
    }

    /** The observation to tell of a Pod that was seen, if it is news. */
    public synchronized Optional<PodObservation> seen(Pod pod, Instant now) {
        UUID uid = UUID.fromString(pod.getMetadata().getUid());
        PodObservation before = told.get(uid);
        PodObservation after =
                shared(PodMapper.observe(pod, before == null ? scopes.apply(pod) : before.scope(), false, now));
        if (before != null && isAlike(before, after)) {
            return Optional.empty();
        }
        told.put(uid, after);
        return Optional.of(after);
    }

    /**
     * The observation to tell of a Pod that is gone.
     *
     * @param pod as it was last seen; its metadata are enough for a Pod that was told of
     */
    public synchronized PodObservation gone(Pod pod, Instant now) {
        ObjectMeta meta = pod.getMetadata();
        PodObservation before = told.remove(UUID.fromString(meta.getUid()));
        return before == null
                ? PodMapper.observe(pod, scopes.apply(pod), true, now)
                : gone(before, meta.getResourceVersion(), now);
    }

    /** Whether the scope of a Pod is decided. */
    public boolean knows(UUID uid) {
        return told.containsKey(uid);
    }

    /** Number of Pods that are known. */
    public int size() {
        return told.size();
    }

    /** What was told last of each Pod that is there: a view. */
    Map<UUID, PodObservation> told() {
        return Collections.unmodifiableMap(told);
    }

    private static boolean isAlike(PodObservation one, PodObservation other) {
        return one.scope().equals(other.scope())
                && Objects.equals(one.stamp(), other.stamp())
                && one.lacking().equals(other.lacking())
                && one.byPolicy() == other.byPolicy()
                && one.lifecycle() == other.lifecycle()
                && one.recreation().equals(other.recreation());
    }

    /** The observation to tell of a Pod that is gone, by what was told of it before. */
    static PodObservation gone(PodObservation before, String resourceVersion, Instant now) {
        return new PodObservation(
                before.pod(),
                resourceVersion,
                before.createdAt(),
                before.owner(),
                before.stamp(),
                before.containers(),
                before.lacking(),
                before.byPolicy(),
                before.scope(),
                Lifecycle.GONE,
                before.recreation(),
                now);
    }

    private PodObservation shared(PodObservation observation) {
        PodRef pod = observation.pod();
        OwnerRef owner = observation.owner();
        return new PodObservation(
                new PodRef(interner.intern(pod.namespace()), pod.name(), pod.uid()),
                observation.resourceVersion(),
                observation.createdAt(),
                owner == null ? null : interner.intern(owner),
                observation.stamp(),
                observation.containers(),
                interner.intern(observation.lacking()),
                observation.byPolicy(),
                interner.intern(observation.scope()),
                observation.lifecycle(),
                interner.intern(observation.recreation()),
                observation.observedAt());
    }
}
