package dev.injectionauditor.auditor.observe.pod;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What an informer keeps of the Pods: which there are, and in which version. It needs no more to notice changes, and
 * Pods that vanished while nobody watched; a Pod that it gives back has only these metadata.
 */
public final class SlimPodStore implements ItemStore<Pod> {

    private final Map<String, Slim> pods = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    private record Slim(UUID uid, String resourceVersion) {}

    @Override
    public String getKey(Pod pod) {
        return pod.getMetadata().getNamespace() + "/" + pod.getMetadata().getName();
    }

    @Override
    public @Nullable Pod put(String key, Pod pod) {
        Slim now = new Slim(
                UUID.fromString(pod.getMetadata().getUid()), pod.getMetadata().getResourceVersion());
        Slim before = pods.put(key, now);
        if (before == null || !before.resourceVersion().equals(now.resourceVersion())) {
            changes.incrementAndGet();
        }
        return pod(key, before);
    }

    @Override
    public @Nullable Pod remove(String key) {
        Slim before = pods.remove(key);
        if (before != null) {
            changes.incrementAndGet();
        }
        return pod(key, before);
    }

    /** How many times the informer has told, or is about to tell, its handlers of a Pod. */
    public long changes() {
        return changes.get();
    }

    @Override
    public @Nullable Pod get(String key) {
        return pod(key, pods.get(key));
    }

    @Override
    public Stream<String> keySet() {
        return pods.keySet().stream();
    }

    @Override
    public Stream<Pod> values() {
        return pods.entrySet().stream().map(entry -> pod(entry.getKey(), entry.getValue()));
    }

    @Override
    public int size() {
        return pods.size();
    }

    /** It is not: handlers have to be given the Pods of the first list themselves. */
    @Override
    public boolean isFullState() {
        return false;
    }

    private static Pod pod(String key, @Nullable Slim slim) {
        if (slim == null) {
            return null;
        }
        int slash = key.indexOf('/');
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(key.substring(0, slash))
                .withName(key.substring(slash + 1))
                .withUid(slim.uid().toString())
                .withResourceVersion(slim.resourceVersion())
                .endMetadata()
                .build();
    }
}
