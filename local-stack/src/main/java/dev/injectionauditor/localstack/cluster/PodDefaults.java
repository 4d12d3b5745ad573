package dev.injectionauditor.localstack.cluster;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the API server makes of a new Pod before it calls webhooks, and what it demands of it afterwards. */
final class PodDefaults {

    private PodDefaults() {}

    static void set(ObjectNode pod) {
        ObjectNode spec = Json.child(pod, "spec");
        putIfAbsent(spec, "restartPolicy", "Always");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        putIfAbsent(spec, "dnsPolicy", "ClusterFirst");
        putIfAbsent(spec, "serviceAccountName", "default");
        putIfAbsent(spec, "schedulerName", "default-scheduler");
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        Json.child(spec, "securityContext");
        containers(pod).forEach(node -> {
            ObjectNode container = (ObjectNode) node;
            Json.child(container, "resources");
            putIfAbsent(container, "terminationMessagePath", "/dev/termination-log");
            putIfAbsent(container, "terminationMessagePolicy", "File");
            putIfAbsent(container, "imagePullPolicy", "IfNotPresent");
        });
        // A new Pod has no status but this, whatever the request says.
        pod.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
    }

    private static void putIfAbsent(ObjectNode object, String field, String value) {
        if (!object.has(field)) {
            object.put(field, value);
        }
    }

    /** @throws ApiException if the Pod is not valid */
    static void validate(ObjectNode pod) {
        if (Json.at(pod, "spec", "containers").isEmpty()) {
            throw invalid(pod, "spec.containers: Required value");
        }
        Set<String> names = new HashSet<>();
        containers(pod).forEach(container -> {
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
        Json.at(pod, "metadata", "annotations").properties().forEach(annotation -> {
            if (!annotation.getValue().isString()) {
                throw ApiException.badRequest("Pod in version \"v1\" cannot be handled as a Pod: annotation "
                        + annotation.getKey() + " is not a string");
            }
        });
    }

    private static ApiException invalid(ObjectNode pod, String why) {
        return ApiException.invalid(Kind.POD, Json.name(pod), why);
    }

    private static Stream<JsonNode> containers(ObjectNode pod) {
        return Stream.concat(
                Json.elements(Json.at(pod, "spec", "initContainers")),
                Json.elements(Json.at(pod, "spec", "containers")));
    }
}
