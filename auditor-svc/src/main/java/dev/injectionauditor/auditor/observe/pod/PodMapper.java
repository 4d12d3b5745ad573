package dev.injectionauditor.auditor.observe.pod;

import dev.injectionauditor.auditor.observe.scope.Injection;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Takes from a Pod what a verdict needs, and nothing else: no env values, commands or annotations. */
public final class PodMapper {

    private static final int UID_LENGTH = 36;

    private PodMapper() {}

    static PodObservation observe(Pod pod, Scope scope, boolean gone, Instant now) {
        ObjectMeta meta = pod.getMetadata();
        return new PodObservation(
                ref(pod),
                meta.getResourceVersion(),
                Instant.parse(meta.getCreationTimestamp()),
                owner(pod),
                stamp(pod),
                (int) containers(pod).count(),
                lacking(pod),
                isByPolicy(pod),
                scope,
                gone ? Lifecycle.GONE : lifecycle(pod),
                recreation(pod),
                now);
    }

    /** The identity of a Pod. */
    public static PodRef ref(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        return new PodRef(meta.getNamespace(), meta.getName(), UUID.fromString(meta.getUid()));
    }

    /** The controller of a Pod, null for a bare Pod. */
    public static @Nullable OwnerRef owner(Pod pod) {
        List<OwnerReference> owners = pod.getMetadata().getOwnerReferences();
        if (owners == null) {
            return null;
        }
        return owners.stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .map(owner -> new OwnerRef(
                        owner.getApiVersion(), owner.getKind(), owner.getName(), OwnerRef.uidOf(owner.getUid())))
                .orElse(null);
    }

    /** The stamp of a Pod; null if it has none, or one that no API server can have given. */
    public static @Nullable UUID stamp(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        String text = annotations == null ? null : annotations.get(Injection.STAMP_ANNOTATION);
        return text == null || text.length() != UID_LENGTH ? null : uuid(text);
    }

    private static @Nullable UUID uuid(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Names of the containers and init containers that do not set the variable. */
    public static List<String> lacking(Pod pod) {
        return containers(pod)
                .filter(container -> container.getEnv() == null
                        || container.getEnv().stream().noneMatch(env -> Injection.VARIABLE.equals(env.getName())))
                .map(Container::getName)
                .toList();
    }

    /** Whether the policy says that the variable is from it. */
    private static boolean isByPolicy(Pod pod) {
        Map<String, String> annotations = pod.getMetadata().getAnnotations();
        return annotations != null && annotations.containsKey(Injection.POLICY_ANNOTATION);
    }

    /** Where a Pod that exists is in its life. */
    public static Lifecycle lifecycle(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            return Lifecycle.TERMINATING;
        }
        String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
        return "Succeeded".equals(phase) || "Failed".equals(phase) ? Lifecycle.FINISHED : Lifecycle.ACTIVE;
    }

    /** What a Pod says about being recreated. */
    public static RecreationTraits recreation(Pod pod) {
        ObjectMeta meta = pod.getMetadata();
        return new RecreationTraits(
                RecreationSetting.mode(meta.getLabels(), meta.getAnnotations()),
                RecreationSetting.isExempt(meta.getAnnotations()),
                pod.getSpec() != null
                        && RecreationSetting.isSystemCritical(pod.getSpec().getPriorityClassName()));
    }

    private static Stream<Container> containers(Pod pod) {
        if (pod.getSpec() == null) {
            return Stream.empty();
        }
        return Stream.of(pod.getSpec().getInitContainers(), pod.getSpec().getContainers())
                .filter(containers -> containers != null)
                .flatMap(List::stream);
    }
}
