package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the API server for what the watches have not told; what cannot be had is empty. */
record LookUps(KubernetesClient client) {

    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);

    Optional<Namespace> namespace(String name) {
        try {
            return Optional.ofNullable(client.namespaces().withName(name).get());
        } catch (KubernetesClientException e) {
            LOG.atWarn().addKeyValue("namespace", name).setCause(e).log("Cannot look up a namespace");
            return Optional.empty();
        }
    }

    /** The whole of a Pod that was read in part, unless another one has its name by now. */
    Optional<Pod> pod(Pod part) {
        ObjectMeta meta = part.getMetadata();
        try {
            return Optional.ofNullable(client.pods()
                            .inNamespace(meta.getNamespace())
                            .withName(meta.getName())
                            .get())
                    .filter(pod -> pod.getMetadata().getUid().equals(meta.getUid()));
        } catch (KubernetesClientException e) {
            LOG.atWarn()
                    .addKeyValue("namespace", meta.getNamespace())
                    .addKeyValue("pod", meta.getName())
                    .setCause(e)
                    .log("Cannot look up a Pod");
            return Optional.empty();
        }
    }
}
