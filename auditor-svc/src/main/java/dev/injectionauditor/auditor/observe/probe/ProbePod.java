package dev.injectionauditor.auditor.observe.probe;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/** The Pod that a probe asks for. It is never stored, but has to pass every admission that a real one passes. */
final class ProbePod {

    private ProbePod() {}

    /** A Pod without privileges (Pod Security Standard restricted), with requests and limits as quotas demand. */
    static Pod in(String namespace) {
        Map<String, Quantity> little = Map.of("cpu", new Quantity("1m"), "memory", new Quantity("4Mi"));
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withGenerateName("probe-")
                .addToLabels("app.kubernetes.io/name", "probe")
                .addToLabels("app.kubernetes.io/part-of", "injection-auditor")
                .endMetadata()
                .withNewSpec()
                .withRestartPolicy("Never")
                .withAutomountServiceAccountToken(false)
                .withNewSecurityContext()
                .withRunAsNonRoot(true)
                .withRunAsUser(65_532L)
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile()
                .endSecurityContext()
                .addNewContainer()
                .withName("probe")
                .withImage("registry.k8s.io/pause:3.10")
                .withNewResources()
                .withRequests(little)
                .withLimits(little)
                .endResources()
                .withNewSecurityContext()
                .withAllowPrivilegeEscalation(false)
                .withReadOnlyRootFilesystem(true)
                .withNewCapabilities()
                .addToDrop("ALL")
                .endCapabilities()
                .endSecurityContext()
                .endContainer()
                .endSpec()
                .build();
    }
}
