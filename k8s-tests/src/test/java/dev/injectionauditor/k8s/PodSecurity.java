package dev.injectionauditor.k8s;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The level "restricted" of the Pod Security Standards, as it stands for Pods of Linux. */
final class PodSecurity {

    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");
    private static final Set<String> SECCOMP = Set.of("RuntimeDefault", "Localhost");

    private PodSecurity() {}

    /** What of a Pod's spec the level forbids. */
    static List<String> violations(JsonNode spec) {
        List<String> violations = new ArrayList<>();
        for (String shared : List.of("hostNetwork", "hostPID", "hostIPC")) {
            if (spec.path(shared).asBoolean(false)) {
                violations.add(shared);
            }
        }
        spec.path("volumes")
                .forEach(volume -> volume.propertyNames().stream()
                        .filter(name -> !name.equals("name") && !VOLUMES.contains(name))
                        .forEach(name -> violations.add("volume " + name)));
        JsonNode pod = spec.path("securityContext");
        if (!pod.path("sysctls").isEmpty() || pod.has("seLinuxOptions")) {
            violations.add("sysctls or seLinuxOptions");
        }
        Stream.of("containers", "initContainers", "ephemeralContainers")
                .flatMap(list -> spec.path(list).valueStream())
                .forEach(container -> violations.addAll(ofContainer(container, pod)));
        return violations;
    }

    private static List<String> ofContainer(JsonNode container, JsonNode pod) {
        List<String> violations = new ArrayList<>();
        JsonNode own = container.path("securityContext");
        if (own.path("privileged").asBoolean(false)) {
            violations.add("privileged");
        }
        if (own.path("allowPrivilegeEscalation").asBoolean(true)) {
            violations.add("allowPrivilegeEscalation");
        }
        if (!either("runAsNonRoot", own, pod).asBoolean(false)
                || either("runAsUser", own, pod).asLong(1) == 0) {
            violations.add("may run as root");
        }
        if (!SECCOMP.contains(either("seccompProfile", own, pod).path("type").asString(""))) {
            violations.add("seccompProfile");
        }
        JsonNode capabilities = own.path("capabilities");
        if (capabilities
                        .path("drop")
                        .valueStream()
                        .noneMatch(name -> name.asString().equals("ALL"))
                || capabilities
                        .path("add")
                        .valueStream()
                        .anyMatch(name -> !name.asString().equals("NET_BIND_SERVICE"))) {
            violations.add("capabilities");
        }
        if (own.has("procMount") || own.has("seLinuxOptions")) {
            violations.add("procMount or seLinuxOptions");
        }
        container.path("ports").forEach(port -> {
            if (port.path("hostPort").asInt(0) != 0) {
                violations.add("hostPort");
            }
        });
        return violations.stream()
                .map(violation -> container.path("name").asString() + ": " + violation)
                .toList();
    }

    private static JsonNode either(String name, JsonNode container, JsonNode pod) {
        return container.has(name) ? container.path(name) : pod.path(name);
    }
}
