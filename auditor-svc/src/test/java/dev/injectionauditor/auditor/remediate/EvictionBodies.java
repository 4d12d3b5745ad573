package dev.injectionauditor.auditor.remediate;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.Eviction;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;

/** What is posted to evict a Pod. */
final class EvictionBodies {

    private EvictionBodies() {}

    static Eviction of(Pod pod) {
        return new EvictionBuilder()
                .withNewMetadata()
                .withNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .endMetadata()
                .build();
    }
}
