package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.PodMapper;
import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Finds the Pod that a controller makes in the place of an evicted one. */
final class Replacements {

    private static final Duration LOOK_EVERY = Duration.ofMillis(250);

    private final KubernetesClient client;
    private final Duration longestWait;

    /** @param longestWait how long a controller may take */
    Replacements(KubernetesClient client, Duration longestWait) {
        this.client = client;
        this.longestWait = longestWait;
    }

    /** uids of the Pods that a controller has now. */
    Set<UUID> podsOf(String namespace, OwnerRef owner) {
        return list(namespace, owner).map(pod -> PodMapper.ref(pod).uid()).collect(Collectors.toSet());
    }

    /** Waits for a Pod of the controller that was not there before. */
    Optional<Pod> await(String namespace, OwnerRef owner, Set<UUID> before) throws InterruptedException {
        long deadline = System.nanoTime() + longestWait.toNanos();
        while (true) {
            Optional<Pod> replacement = list(namespace, owner)
                    .filter(pod -> !before.contains(PodMapper.ref(pod).uid()))
                    .findFirst();
            if (replacement.isPresent() || System.nanoTime() >= deadline) {
                return replacement;
            }
            TimeUnit.MILLISECONDS.sleep(LOOK_EVERY.toMillis());
        }
    }

    private Stream<Pod> list(String namespace, OwnerRef owner) {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .filter(pod -> owner.equals(PodMapper.owner(pod)));
    }
}
