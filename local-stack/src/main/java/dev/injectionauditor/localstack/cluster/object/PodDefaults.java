package dev.injectionauditor.localstack.cluster.object;

import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What the API server makes of a new Pod before it calls webhooks, and what it demands of it afterwards. */
public final class PodDefaults {

    private PodDefaults() {}

    /** Sets in a Pod what was left out. */
    public static void set(ObjectNode pod) {
        ObjectNode spec = Json.child(pod, "spec");
        putIfAbsent(spec, "restartPolicy", "Always");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        putIfAbsent(spec, "dnsPolicy", "ClusterFirst");
        putIfAbsent(spec, "serviceAccountName", "default");
        putIfAbsent(spec, "serviceAccount", Json.textOrEmpty(spec, "serviceAccountName"));
        putIfAbsent(spec, "schedulerName", "default-scheduler");
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        if (!spec.has("priority")) {
            spec.put("priority", 0);
        }
        putIfAbsent(spec, "preemptionPolicy", "PreemptLowerPriority");
        ArrayNode tolerations = spec.withArrayProperty("tolerations");
        tolerate(tolerations, "node.kubernetes.io/not-ready");
        tolerate(tolerations, "node.kubernetes.io/unreachable");
        Json.child(spec, "securityContext");
        Decoding.containers(pod).forEach(node -> {
            ObjectNode container = (ObjectNode) node;
            Json.child(container, "resources");
            putIfAbsent(container, "terminationMessagePath", "/dev/termination-log");
            putIfAbsent(container, "terminationMessagePolicy", "File");
            putIfAbsent(container, "imagePullPolicy", pullPolicy(Json.textOrEmpty(container, "image")));
        });
    }

    /** The status of a new Pod, whatever the request says. */
    public static void setStatus(ObjectNode pod) {
        pod.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
    }

    private static void tolerate(ArrayNode tolerations, String taint) {
        if (tolerations.valueStream().noneMatch(toleration -> taint.equals(Json.text(toleration, "key")))) {
            tolerations
                    .addObject()
                    .put("key", taint)
                    .put("operator", "Exists")
                    .put("effect", "NoExecute")
                    .put("tolerationSeconds", 300);
        }
    }

    private static String pullPolicy(String image) {
        String name = image.substring(image.lastIndexOf('/') + 1);
        boolean isLatest = !name.contains("@") && (!name.contains(":") || name.endsWith(":latest"));
        return isLatest ? "Always" : "IfNotPresent";
    }

    private static void putIfAbsent(ObjectNode object, String field, String value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }

    /** @throws ApiException if the Pod is not valid */
    public static void validate(ObjectNode pod) {
        if (Json.at(pod, "spec", "containers").isEmpty()) {
            throw invalid(pod, "spec.containers: Required value");
        }
        Set<String> names = new HashSet<>();
        Decoding.containers(pod).forEach(container -> {
            String name = Json.textOrEmpty(container, "name");
            if (!names.add(name)) {
                throw invalid(pod, "spec.containers[].name: Duplicate value: \"" + name + "\"");
            }
            if (name.isEmpty() || Json.textOrEmpty(container, "image").isEmpty()) {
                throw invalid(pod, "spec.containers[]: Required value: name and image");
            }
            Json.elements(container.path("env")).forEach(variable -> {
                if (Json.textOrEmpty(variable, "name").isEmpty()) {
                    throw invalid(pod, "spec.containers[].env[].name: Required value");
                }
            });
        });
    }

    private static ApiException invalid(ObjectNode pod, String why) {
        return ApiException.invalid(Kind.POD, Json.name(pod), why);
    }
}
