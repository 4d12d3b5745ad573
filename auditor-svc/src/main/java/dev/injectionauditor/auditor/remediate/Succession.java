package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
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
 */
record Succession(@Nullable UUID replacement, Set<UUID> before) {

    /**
     * Whether the next Pod has to wait: the replacement does not work yet, or none has come since.
     *
     * @param ofOwner the Pods that the owner has now
     */
    boolean isUnfinished(Collection<Pod> ofOwner) {
        return replacement != null
                ? ofOwner.stream().anyMatch(pod -> uid(pod).equals(replacement) && !Replacement.isReady(pod))
                : ofOwner.stream().noneMatch(pod -> !before.contains(uid(pod)) && Replacement.isReady(pod));
    }

    private static UUID uid(Pod pod) {
        return PodMapper.ref(pod).uid();
    }
}
