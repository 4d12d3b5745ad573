package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How the last recreation of a Pod of an owner ended. It decides whether the next Pod may go, so that the owner has at
 * most one Pod less at any time.
 *
 * @param replacement the Pod that was made; null if none came
 * @param before the Pods of the owner before the eviction; empty for a bare Pod
 * @param isRecent whether one has to come if there is none; the owner may be meant to have fewer Pods
 */
record Succession(@Nullable UUID replacement, Set<UUID> before, boolean isRecent) {

    /**
     * Whether the next Pod has to wait: the replacement does not work yet, or none has come since. One that has failed,
     * as when its node ran out of memory, will never work; another one has to come, as if none had.
     *
     * @param ofOwner the Pods that the owner has now
     */
    boolean isUnfinished(Collection<Pod> ofOwner) {
        if (replacement == null) {
            return isMissing(ofOwner);
        }
        return ofOwner.stream()
                .filter(pod -> uid(pod).equals(replacement))
                .filter(pod -> !Replacement.isReady(pod))
                .anyMatch(pod -> PodMapper.lifecycle(pod) != Lifecycle.FINISHED || isMissing(ofOwner));
    }

    private boolean isMissing(Collection<Pod> ofOwner) {
        return isRecent && ofOwner.stream().noneMatch(pod -> !before.contains(uid(pod)) && Replacement.isReady(pod));
    }

    private static UUID uid(Pod pod) {
        return PodMapper.ref(pod).uid();
    }
}
