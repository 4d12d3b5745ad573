package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.scope.Injection;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A Pod without a controller as its creator would create it again: without what the API server has added. */
final class BarePod {

    /** What the service account admission calls the volume with the token. */
    private static final String TOKEN_VOLUME = "kube-api-access-";

    private BarePod() {}

    /** The Pod to create in the place of one that was stored, under the same name. */
    static Pod toBeCreated(Pod stored) {
        Pod pod = new PodBuilder(stored).build();
        boolean nodeWasChosen = wasNodeChosen(pod.getMetadata());
        ObjectMeta meta = pod.getMetadata();
        meta.setUid(null);
        meta.setResourceVersion(null);
        meta.setCreationTimestamp(null);
        meta.setDeletionTimestamp(null);
        meta.setDeletionGracePeriodSeconds(null);
        meta.setGeneration(null);
        meta.setManagedFields(new ArrayList<>());
        meta.setGenerateName(null);
        meta.setAnnotations(without(meta.getAnnotations(), Injection.STAMP_ANNOTATION));
        pod.setStatus(null);
        clean(pod.getSpec(), nodeWasChosen);
        return pod;
    }

    /** The same under a name that nobody has, for trying it out without storing it. */
    static Pod rehearsal(Pod toBeCreated) {
        Pod pod = new PodBuilder(toBeCreated).build();
        pod.getMetadata().setGenerateName(pod.getMetadata().getName() + "-");
        pod.getMetadata().setName(null);
        return pod;
    }

    private static void clean(PodSpec spec, boolean nodeWasChosen) {
        if (!nodeWasChosen) {
            spec.setNodeName(null);
        }
        // Admission computes these from the classes and refuses other values, should a class have changed.
        spec.setPriority(null);
        if (spec.getPriorityClassName() != null) {
            spec.setPreemptionPolicy(null);
        }
        if (spec.getRuntimeClassName() != null) {
            spec.setOverhead(null);
        }
        // Only ever added to a Pod that runs.
        spec.setEphemeralContainers(new ArrayList<>());
        spec.getVolumes().removeIf(volume -> volume.getName().startsWith(TOKEN_VOLUME));
        for (Container container : Stream.of(spec.getInitContainers(), spec.getContainers())
                .flatMap(List::stream)
                .toList()) {
            container.getVolumeMounts().removeIf(mount -> mount.getName().startsWith(TOKEN_VOLUME));
        }
    }

    /** Whether the creator named the node: the scheduler binds, which leaves no trace in the managed fields. */
    private static boolean wasNodeChosen(ObjectMeta meta) {
        return meta.getManagedFields().stream()
                .filter(entry -> entry.getSubresource() == null)
                .map(ManagedFieldsEntry::getFieldsV1)
                .filter(fields -> fields != null && fields.getAdditionalProperties() != null)
                .anyMatch(fields -> fields.getAdditionalProperties().get("f:spec") instanceof Map<?, ?> spec
                        && spec.containsKey("f:nodeName"));
    }

    private static @Nullable Map<String, String> without(@Nullable Map<String, String> map, String key) {
        if (map == null) {
            return null;
        }
        Map<String, String> rest = new HashMap<>(map);
        rest.remove(key);
        return rest;
    }
}
