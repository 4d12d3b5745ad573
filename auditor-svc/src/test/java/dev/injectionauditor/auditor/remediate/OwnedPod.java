package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;

/** A Pod that a controller has made, as it says. */
final class OwnedPod {

    private OwnedPod() {}

    static Pod of(OwnerRef owner, String namespace, String name) {
        return new PodBuilder(Manifests.pod(namespace, name))
                .editMetadata()
                .addNewOwnerReference()
                .withApiVersion(owner.apiVersion())
                .withKind(owner.kind())
                .withName(owner.name())
                .withUid(owner.uid().toString())
                .withController(true)
                .endOwnerReference()
                .endMetadata()
                .build();
    }
}
