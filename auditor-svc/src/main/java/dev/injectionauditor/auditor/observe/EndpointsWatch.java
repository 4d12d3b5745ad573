package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.admissionregistration.v1.ServiceReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Watches the endpoints of the Service that the webhook's configuration names. They only explain why a call was missed,
 * so nobody waits for them: where they cannot be listed, as in a namespace without the right to, they are not known,
 * and are asked for again and again. Used by one thread at a time.
 */
final class EndpointsWatch {

    private static final String SERVICE_NAME_LABEL = "kubernetes.io/service-name";

    private final KubernetesClient client;
    private final Informers informers;
    private final EventQueue queue;
    private final InstantSource clock;
    private @Nullable ServiceReference service;
    private @Nullable SharedIndexInformer<?> endpoints;

    EndpointsWatch(KubernetesClient client, Informers informers, EventQueue queue, InstantSource clock) {
        this.client = client;
        this.informers = informers;
        this.queue = queue;
        this.clock = clock;
    }

    /** Watches those of this Service from now on, of none if it is null. */
    void follow(@Nullable ServiceReference named) {
        if (Objects.equals(named, service)) {
            return;
        }
        if (endpoints != null) {
            informers.stop(endpoints);
        }
        endpoints = named == null
                ? null
                : informers.begin(
                        client.discovery()
                                .v1()
                                .endpointSlices()
                                .inNamespace(named.getNamespace())
                                .withLabel(SERVICE_NAME_LABEL, named.getName())
                                .runnableInformer(0),
                        new EndpointsTracker(queue::offer, clock));
        service = named;
    }
}
