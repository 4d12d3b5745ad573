package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.dsl.NonDeletingOperation;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class InformerIT extends ClusterTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    /** Creates or changes a ConfigMap. */
    private void put(String name, Map<String, String> labels) {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .createOr(NonDeletingOperation::update);
    }

    @Test
    void shouldLoseNothingForAnInformerWhoseWatchesAreCut() {
        // Given an informer that has seen an object
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        put("first", Map.of());
        try (SharedIndexInformer<ConfigMap> informer =
                client.configMaps().inNamespace("default").inform(recorder(seen))) {

            // When its watches are cut again and again while objects come, change and go
            List<String> expected = new ArrayList<>(List.of("+first"));
            for (int round = 0; round < 3; round++) {
                String name = "round-" + round;
                cluster.cutWatches();
                put(name, Map.of());
                await().until(() -> seen.contains("+" + name));
                cluster.cutWatches();
                put(name, Map.of("a", "b"));
                delete(MAPS + "/" + name, "{}");
                expected.addAll(List.of("+" + name, "~" + name, "-" + name));
                await().until(() -> seen.contains("-" + name));
            }

            // Then it has seen each change once, and never had to list again
            assertThat(seen).containsExactlyElementsOf(expected);
            assertThat(informer.isRunning()).isTrue();
        }
    }

    @Test
    void shouldMakeAnInformerListAgainWhenItsVersionHasExpired() {
        // Given an informer
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        put("gone", Map.of());
        put("stays", Map.of());
        try (SharedIndexInformer<ConfigMap> informer =
                client.configMaps().inNamespace("default").inform(recorder(seen))) {

            // When all watches expire, with a deletion that only a list can show
            delete(MAPS + "/gone", "{}");
            cluster.expireWatches();
            put("new", Map.of());

            // Then it gets there all the same
            await().until(() -> seen.contains("+new") && seen.contains("-gone"));
            assertThat(informer.getStore().listKeys()).containsExactlyInAnyOrder("default/stays", "default/new");
        }
    }

    private static ResourceEventHandler<ConfigMap> recorder(List<String> seen) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(ConfigMap map) {
                seen.add("+" + map.getMetadata().getName());
            }

            @Override
            public void onUpdate(ConfigMap before, ConfigMap after) {
                seen.add("~" + after.getMetadata().getName());
            }

            @Override
            public void onDelete(ConfigMap map, boolean isStale) {
                seen.add("-" + map.getMetadata().getName());
            }
        };
    }
}
