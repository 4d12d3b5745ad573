package dev.injectionauditor.auditor.observe.scope;

import dev.cel.common.values.NullValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Pod as it was when the API server looked at the match conditions, worked out from the Pod that it stored: without
 * what the server and the kubelet set later, and without what the webhook itself put in. What other webhooks changed
 * after ours, and labels and annotations that were changed since, cannot be told from what was sent.
 */
final class SentPod {

    private static final List<String> SET_LATER = List.of(
            "uid",
            "resourceVersion",
            "generation",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "selfLink");

    /** What the API server appends to {@code generateName} (apiserver, storage/names). */
    private static final Pattern GENERATED = Pattern.compile("[bcdfghjklmnpqrstvwxz2456789]{5}");

    private static final int LONGEST_GENERATE_NAME = 58;

    private SentPod() {}

    /**
     * The Pods that it may have been: more than one where the stored Pod does not tell.
     *
     * @param stored the Pod as JSON; not changed
     */
    static List<Map<String, Object>> possible(Map<String, Object> stored) {
        List<Map<String, Object>> pods = new ArrayList<>();
        // The scheduler sets nodeName later, unless the Pod was sent with it.
        for (boolean nodeName :
                map(stored, "spec").containsKey("nodeName") ? new boolean[] {false, true} : new boolean[] {false}) {
            // Before Kubernetes 1.34 a creationTimestamp that is not set was null, now it is absent.
            for (boolean timestamp : new boolean[] {false, true}) {
                pods.add(reduced(stored, nodeName, timestamp));
            }
        }
        return pods;
    }

    private static Map<String, Object> reduced(Map<String, Object> stored, boolean nodeName, boolean timestamp) {
        Map<String, Object> pod = new HashMap<>(stored);
        Map<String, Object> annotations = map(map(stored, "metadata"), "annotations");
        // Policies come before webhooks: what one has injected was there already.
        boolean injected = annotations.containsKey(Injection.STAMP_ANNOTATION)
                && !annotations.containsKey(Injection.POLICY_ANNOTATION);
        Map<String, Object> meta = metadata(map(stored, "metadata"));
        if (timestamp) {
            meta.put("creationTimestamp", NullValue.NULL_VALUE);
        }
        Map<String, Object> spec = new HashMap<>(map(stored, "spec"));
        spec.remove("ephemeralContainers");
        if (!nodeName) {
            spec.remove("nodeName");
        }
        if (injected) {
            spec.computeIfPresent("containers", (key, containers) -> withoutVariable(containers));
            spec.computeIfPresent("initContainers", (key, containers) -> withoutVariable(containers));
        }
        pod.put("metadata", meta);
        pod.put("spec", spec);
        pod.put("status", Map.of());
        return pod;
    }

    private static Map<String, Object> metadata(Map<String, Object> stored) {
        Map<String, Object> meta = new HashMap<>(stored);
        meta.keySet().removeAll(SET_LATER);
        if (isGenerated(stored.get("name"), stored.get("generateName"))) {
            meta.remove("name");
        }
        putUnlessEmpty(meta, "annotations", without(map(stored, "annotations"), Injection.STAMP_ANNOTATION));
        putUnlessEmpty(
                meta,
                "managedFields",
                maps(stored.get("managedFields")).stream()
                        .filter(writer -> !writer.containsKey("subresource"))
                        .toList());
        return meta;
    }

    private static boolean isGenerated(@Nullable Object name, @Nullable Object generateName) {
        if (!(name instanceof String full) || !(generateName instanceof String prefix)) {
            return false;
        }
        String start = prefix.substring(0, Math.min(prefix.length(), LONGEST_GENERATE_NAME));
        return full.startsWith(start)
                && GENERATED.matcher(full.substring(start.length())).matches();
    }

    private static List<Map<String, Object>> withoutVariable(Object containers) {
        return maps(containers).stream()
                .map(container -> {
                    Map<String, Object> copy = new HashMap<>(container);
                    putUnlessEmpty(
                            copy,
                            "env",
                            maps(container.get("env")).stream()
                                    .filter(env -> !Injection.VARIABLE.equals(env.get("name")))
                                    .toList());
                    return copy;
                })
                .toList();
    }

    /** The API server leaves out what is empty. */
    private static void putUnlessEmpty(Map<String, Object> parent, String key, Object value) {
        if (value.equals(Map.of()) || value.equals(List.of())) {
            parent.remove(key);
        } else {
            parent.put(key, value);
        }
    }

    private static Map<String, Object> without(Map<String, Object> map, String key) {
        Map<String, Object> copy = new HashMap<>(map);
        copy.remove(key);
        return copy;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Map<String, Object> parent, String key) {
        return parent.get(key) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> maps(@Nullable Object list) {
        return list instanceof List<?> maps ? (List<Map<String, Object>>) maps : List.of();
    }
}
