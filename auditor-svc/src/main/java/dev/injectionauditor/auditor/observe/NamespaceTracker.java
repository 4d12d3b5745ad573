package dev.injectionauditor.auditor.observe;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Knows the labels of the namespaces. Written by an informer, read by others. */
final class NamespaceTracker implements ResourceEventHandler<Namespace> {

    private static final LabelsInForce UNKNOWN = new LabelsInForce(Map.of(), Instant.EPOCH);

    private final ConcurrentMap<String, LabelsInForce> namespaces = new ConcurrentHashMap<>();
    private final InstantSource clock;

    NamespaceTracker(InstantSource clock) {
        this.clock = clock;
    }

    /** The labels of a namespace; none for one that is not known. */
    LabelsInForce labels(String namespace) {
        return namespaces.getOrDefault(namespace, UNKNOWN);
    }

    @Override
    public void onAdd(Namespace namespace) {
        namespaces.put(
                namespace.getMetadata().getName(),
                new LabelsInForce(labels(namespace), ConfigurationTracker.lastChange(namespace.getMetadata())));
    }

    @Override
    public void onUpdate(Namespace old, Namespace namespace) {
        LabelsInForce before = labels(namespace.getMetadata().getName());
        Map<String, String> labels = labels(namespace);
        if (!labels.equals(before.labels())) {
            namespaces.put(namespace.getMetadata().getName(), new LabelsInForce(labels, clock.instant()));
        }
    }

    @Override
    public void onDelete(Namespace namespace, boolean finalStateUnknown) {
        namespaces.remove(namespace.getMetadata().getName());
    }

    private static Map<String, String> labels(Namespace namespace) {
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : Map.copyOf(labels);
    }
}
