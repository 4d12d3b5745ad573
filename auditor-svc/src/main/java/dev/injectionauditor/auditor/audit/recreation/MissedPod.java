package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A missed Pod that is pending or running, as far as its recreation is concerned.
 *
 * @param owner its controller, null for a bare Pod
 * @param createdAt its creationTimestamp, by the API server's clock
 * @param traits what it says itself about being recreated
 */
record MissedPod(PodRef pod, @Nullable OwnerRef owner, Instant createdAt, RecreationTraits traits) {

    /** What is recreated one at a time. */
    String ownerKey() {
        return ownerKey(owner == null ? null : owner.uid(), pod.namespace(), pod.name());
    }

    /** The uid of the controller; of a bare Pod its name, because its replacement has another uid. */
    static String ownerKey(@Nullable UUID owner, String namespace, String name) {
        return owner == null ? namespace + "/" + name : owner.toString();
    }

    /** The uids of the controllers of these Pods. */
    static UUID[] owners(List<MissedPod> pods) {
        return pods.stream()
                .filter(pod -> pod.owner() != null)
                .map(pod -> pod.owner().uid())
                .distinct()
                .toArray(UUID[]::new);
    }

    /** The names of those of these Pods that have no controller. */
    static List<Names.Name> bare(List<MissedPod> pods) {
        return pods.stream()
                .filter(pod -> pod.owner() == null)
                .map(pod -> new Names.Name(pod.pod().namespace(), pod.pod().name()))
                .toList();
    }
}
