package dev.injectionauditor.auditor.observe.pod;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class SlimPodStoreTest {

    private final SlimPodStore store = new SlimPodStore();

    @Test
    void shouldGiveBackWhichPodItWasAndInWhichVersion() {
        // Given
        Pod pod = pod(1, 100);
        String key = store.getKey(pod);
        assertThat(store.put(key, pod)).isNull();

        // When
        Pod before = store.put(key, pod(2, 120));

        // Then
        assertThat(before.getMetadata().getUid()).isEqualTo(pod.getMetadata().getUid());
        assertThat(before.getMetadata().getResourceVersion()).isEqualTo("100");
        assertThat(before.getMetadata().getNamespace()).isEqualTo("shop");
        assertThat(before.getMetadata().getName()).isEqualTo("web");
        assertThat(before.getSpec()).isNull();
        assertThat(store.get(key).getMetadata().getResourceVersion()).isEqualTo("120");
        assertThat(store.keySet()).containsExactly(key);
        assertThat(store.values()).extracting(store::getKey).containsExactly(key);
        assertThat(store.size()).isEqualTo(1);
    }

    @Test
    void shouldForgetAPod() {
        // Given
        Pod pod = pod(1, 100);
        store.put(store.getKey(pod), pod);

        // Then
        assertThat(store.remove(store.getKey(pod)).getMetadata().getUid())
                .isEqualTo(pod.getMetadata().getUid());
        assertThat(store.remove(store.getKey(pod))).isNull();
        assertThat(store.get(store.getKey(pod))).isNull();
        assertThat(store.size()).isZero();
    }

    @Test
    void shouldCountWhatTheInformerTells() {
        // Given a Pod that comes, is listed again as it was, changes, goes, and is told to be gone once more
        String key = store.getKey(pod(1, 100));
        store.put(key, pod(1, 100));
        store.put(key, pod(1, 100));
        assertThat(store.changes()).isEqualTo(1);
        store.put(key, pod(1, 101));
        store.remove(key);
        store.remove(key);

        // Then
        assertThat(store.changes()).isEqualTo(3);
    }

    private static Pod pod(long uid, long version) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName("web")
                .withUid(new UUID(0, uid).toString())
                .withResourceVersion(Long.toString(version))
                .endMetadata()
                .withNewSpec()
                .withNodeName("node")
                .endSpec()
                .build();
    }
}
