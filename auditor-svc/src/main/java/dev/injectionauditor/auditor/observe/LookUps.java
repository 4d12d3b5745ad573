package dev.injectionauditor.auditor.observe;

import dev.injectionauditor.auditor.kubernetes.OneTry;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the API server for what the watches have not told; what cannot be had is empty. */
record LookUps(KubernetesClient client) {

    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);
    private static final Duration LONGEST_VERSION = Duration.ofSeconds(5);

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

    /** The version that the cluster has come to. Not tried again: who needs it asks again, and does not wait long. */
    Optional<String> version() {
        try {
            return Optional.ofNullable(OneTry.of(client, LONGEST_VERSION)
                    .pods()
                    .inAnyNamespace()
                    .list(new ListOptionsBuilder().withLimit(1L).build())
                    .getMetadata()
                    .getResourceVersion());
        } catch (KubernetesClientException e) {
            LOG.atWarn().setCause(e).log("Cannot look up the version of the cluster");
            return Optional.empty();
        }
    }
}
