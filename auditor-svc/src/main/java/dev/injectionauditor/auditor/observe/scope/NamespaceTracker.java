package dev.injectionauditor.auditor.observe.scope;

import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;

/** Knows the labels that the namespaces have and had. Written by an informer, read by others. */
public final class NamespaceTracker implements ResourceEventHandler<Namespace> {

    /** How long not to ask again for a namespace that was not found: informers wait for the answer. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final ConcurrentMap<String, Timeline<Optional<LabelsInForce>>> namespaces = new ConcurrentHashMap<>();
    private final RecentMisses notFound;
    private final Function<String, Optional<Namespace>> lookup;
    private final InstantSource clock;

    /**
     * @param lookup asks the API server for a namespace that the watch has not told of yet, as the API server itself
     *     does: a Pod can be faster than its new namespace
     */
    public NamespaceTracker(Function<String, Optional<Namespace>> lookup, InstantSource clock) {
        this.lookup = lookup;
        this.clock = clock;
        this.notFound = new RecentMisses(PAUSE, clock);
    }

    /** The labels that a namespace had when this version was written; empty if they are not known. */
    Optional<LabelsInForce> labels(String namespace, long version) {
        Timeline<Optional<LabelsInForce>> known = namespaces.get(namespace);
        return known != null ? known.at(version, Optional.empty()) : lookUp(namespace);
    }

    private Optional<LabelsInForce> lookUp(String namespace) {
        if (notFound.contains(namespace)) {
            return Optional.empty();
        }
        Optional<Namespace> found = lookup.apply(namespace);
        if (found.isPresent()) {
            Timeline<Optional<LabelsInForce>> timeline = new Timeline<>();
            timeline.put(
                    Timeline.version(found.get().getMetadata().getResourceVersion()),
                    found.map(NamespaceTracker::found));
            // What the watch tells meanwhile is better.
            namespaces.putIfAbsent(namespace, timeline);
        } else {
            notFound.add(namespace);
        }
        return found.map(NamespaceTracker::found);
    }

    @Override
    public void onAdd(Namespace namespace) {
        put(namespace, found(namespace));
    }

    @Override
    public void onUpdate(Namespace old, Namespace namespace) {
        if (!old.getMetadata().getUid().equals(namespace.getMetadata().getUid())) {
            // A list found another namespace under the name.
            onDelete(old, true);
            onAdd(namespace);
        } else if (!labels(old).equals(labels(namespace))) {
            put(
                    namespace,
                    new LabelsInForce(
                            labels(namespace),
                            ConfigurationTracker.lastWrite(namespace.getMetadata())
                                    .orElseGet(clock::instant)));
        }
    }

    @Override
    public void onDelete(Namespace namespace, boolean finalStateUnknown) {
        namespaces.remove(namespace.getMetadata().getName());
    }

    private void put(Namespace namespace, LabelsInForce labels) {
        ObjectMeta meta = namespace.getMetadata();
        notFound.remove(meta.getName());
        namespaces
                .computeIfAbsent(meta.getName(), name -> new Timeline<>())
                .put(Timeline.version(meta.getResourceVersion()), Optional.of(labels));
    }

    private static LabelsInForce found(Namespace namespace) {
        return new LabelsInForce(labels(namespace), ConfigurationTracker.lastChange(namespace.getMetadata()));
    }

    private static Map<String, String> labels(Namespace namespace) {
        Map<String, String> labels = namespace.getMetadata().getLabels();
        return labels == null ? Map.of() : Map.copyOf(labels);
    }
}
