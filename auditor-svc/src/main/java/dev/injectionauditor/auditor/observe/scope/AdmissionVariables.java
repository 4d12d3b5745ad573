package dev.injectionauditor.auditor.observe.scope;

import dev.cel.common.values.NullValue;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The variables of match conditions, for the request that created a Pod. */
public final class AdmissionVariables {

    private static final Map<String, Object> KIND = Map.of("group", "", "version", "v1", "kind", "Pod");
    private static final Map<String, Object> RESOURCE = Map.of("group", "", "version", "v1", "resource", "pods");

    private final KubernetesSerialization json;

    /** @param json how the Kubernetes client reads and writes JSON */
    public AdmissionVariables(KubernetesSerialization json) {
        this.json = json;
    }

    /**
     * The variables of each request that may have been.
     *
     * @param pod as the API server answered or stored it
     * @param dryRun whether it was a dry run
     */
    public List<Map<String, Object>> of(Pod pod, boolean dryRun) {
        @SuppressWarnings("unchecked")
        Map<String, Object> tree = json.convertValue(pod, Map.class);
        return of(tree, dryRun);
    }

    /** As above, of its JSON. */
    public static List<Map<String, Object>> of(Map<String, Object> pod, boolean dryRun) {
        return SentPod.possible(pod).stream()
                .map(sent -> variables(sent, dryRun))
                .toList();
    }

    private static Map<String, Object> variables(Map<String, Object> pod, boolean dryRun) {
        return Map.of("object", pod, "oldObject", NullValue.NULL_VALUE, "request", request(pod, dryRun));
    }

    /** The AdmissionRequest without what is not known: uid, userInfo, options. */
    private static Map<String, Object> request(Map<String, Object> pod, boolean dryRun) {
        Map<String, Object> request = new HashMap<>(Map.of(
                "kind", KIND,
                "resource", RESOURCE,
                "requestKind", KIND,
                "requestResource", RESOURCE,
                "operation", "CREATE",
                "dryRun", dryRun));
        if (pod.get("metadata") instanceof Map<?, ?> meta) {
            request.put("namespace", String.valueOf(meta.get("namespace")));
            if (meta.containsKey("name")) {
                request.put("name", String.valueOf(meta.get("name")));
            }
        }
        return request;
    }
}
