package dev.injectionauditor.localstack.cluster.controller;

import dev.injectionauditor.localstack.cluster.object.Json;
import dev.injectionauditor.localstack.cluster.object.Owners;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Pods of controllers. */
final class PodTemplate {

    private static final Set<String> FINISHED = Set.of("Succeeded", "Failed");

    private PodTemplate() {}

    /** A Pod from the template of a controller, without a name. */
    static ObjectNode pod(ObjectNode controller) {
        ObjectNode pod = (ObjectNode) Json.at(controller, "spec", "template").deepCopy();
        pod.put("kind", "Pod").put("apiVersion", "v1");
        Owners.add(pod, controller);
        return pod;
    }

    /** Whether the controller counts on the Pod. */
    static boolean isActive(ObjectNode pod) {
        return !Json.isTerminating(pod) && !FINISHED.contains(Json.textOrEmpty(pod, "status", "phase"));
    }

    static boolean isRunning(ObjectNode pod) {
        return isActive(pod) && Json.textOrEmpty(pod, "status", "phase").equals("Running");
    }
}
