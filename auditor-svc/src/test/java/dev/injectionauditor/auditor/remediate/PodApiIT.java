package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.observe.pod.PodDecoding;
import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import dev.injectionauditor.schema.OwnerRef;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How the Pods of a controller are listed, in a (simulated) cluster with a proxy before it. */
class PodApiIT {

    private static final String NAMESPACE = "default";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final OwnerRef OWNER = new OwnerRef("v1", "ReplicationController", "web", new UUID(1, 1));
    private static final OwnerRef OTHER = new OwnerRef("v1", "ReplicationController", "api", new UUID(2, 2));

    private SimulatedCluster cluster;
    private GatedProxy proxy;
    private KubernetesClient client;
    private KubernetesClient proxied;
    private PodApi pods;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
        client = cluster.client();
        proxy = new GatedProxy(cluster.url());
        proxied = proxy.client();
        pods = new PodApi(proxied, PodDecoding.of(proxied), 2);
        // Pods of two controllers that do not run, in turns
        for (int i = 0; i < 4; i++) {
            create("pod-" + i + "-web", OWNER);
            create("pod-" + i + "-api", OTHER);
        }
        await().atMost(PATIENCE)
                .until(() -> client.pods().inNamespace(NAMESPACE).list().getItems().stream()
                        .allMatch(Replacement::isReady));
    }

    @AfterEach
    void stop() {
        proxied.close();
        proxy.close();
        client.close();
        cluster.close();
    }

    @Test
    void shouldListInPartsAndKeepTheOwnersPodsOfEach() throws Exception {
        // When
        List<Pod> found = pods.of(OWNER, NAMESPACE);

        // Then all of them are found, with what is needed and no more
        assertThat(found)
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactly("pod-0-web", "pod-1-web", "pod-2-web", "pod-3-web");
        assertThat(found)
                .allMatch(Replacement::isReady)
                .allSatisfy(pod -> assertThat(PodMapper.lacking(pod)).isNotEmpty())
                .allSatisfy(pod -> assertThat(pod.getSpec().getNodeName()).isNull());
        // And each list was of a part, and of what is there now
        assertThat(proxy.calls())
                .hasSize(4)
                .allMatch(GatedProxy.Call::isListOfPods)
                .allSatisfy(call -> assertThat(call.uri()).contains("limit=2").doesNotContain("resourceVersion"));
    }

    @Test
    void shouldBeginAnewWhenTheApiServerHasForgottenTheFirstPart() throws Exception {
        // Given an API server that forgets once, while there is a new Pod
        AtomicBoolean forgot = new AtomicBoolean();
        proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (uri.contains("continue=") && forgot.compareAndSet(false, true)) {
                    create("pod-00-web", OWNER);
                    cluster.expireWatches();
                }
                return null;
            }
        });

        // When
        List<Pod> found = pods.of(OWNER, NAMESPACE);

        // Then none is missing, and none is there twice
        assertThat(found)
                .extracting(pod -> pod.getMetadata().getName())
                .containsExactlyInAnyOrder("pod-0-web", "pod-00-web", "pod-1-web", "pod-2-web", "pod-3-web");
        assertThat(proxy.calls()).extracting(GatedProxy.Call::status).containsOnlyOnce(410);
    }

    @Test
    void shouldGiveUpForNowWhenTheApiServerKeepsForgetting() throws Exception {
        proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (uri.contains("continue=")) {
                    cluster.expireWatches();
                }
                return null;
            }
        });

        assertThatThrownBy(() -> pods.of(OWNER, NAMESPACE))
                .isInstanceOfSatisfying(
                        KubernetesClientException.class,
                        e -> assertThat(e.getCode()).isEqualTo(410));
        assertThat(proxy.calls()).hasSize(6);
        // And the next one has its turn
        proxy.open();
        assertThat(pods.of(OWNER, NAMESPACE)).hasSize(4);
    }

    @Test
    void shouldListTwoNamespacesAtATimeHoweverManyAsk() throws Exception {
        // Given an API server that takes its time
        CountDownLatch open = new CountDownLatch(1);
        AtomicInteger underWay = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) throws InterruptedException {
                most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                open.await();
                return null;
            }

            @Override
            public void after(GatedProxy.Call call) {
                underWay.decrementAndGet();
            }
        });

        // When many ask
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Pod>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(threads.submit(() -> pods.of(OWNER, NAMESPACE)));
            }
            await().atMost(PATIENCE).until(() -> underWay.get() == 2);
            open.countDown();

            // Then each has its turn
            for (Future<List<Pod>> answer : answers) {
                assertThat(answer.get()).hasSize(4);
            }
        }
        assertThat(most).hasValue(2);
    }

    private void create(String name, OwnerRef owner) {
        client.resource(OwnedPod.of(owner, NAMESPACE, name)).create();
    }
}
