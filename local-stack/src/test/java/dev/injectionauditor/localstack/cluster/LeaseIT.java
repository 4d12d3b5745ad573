package dev.injectionauditor.localstack.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.cluster.object.Json;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfigBuilder;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElector;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class LeaseIT extends ClusterTest {

    private final Set<String> leaders = ConcurrentHashMap.newKeySet();

    @Test
    void shouldHaveOneLeaderAndAnotherAfterIt() {
        // Given two that would lead
        CompletableFuture<?> one = elector("one").start();
        await().until(() -> leaders.contains("one"));
        CompletableFuture<?> two = elector("two").start();
        await().until(() -> holder().equals("one"));

        // When the leader resigns
        assertThat(leaders).containsExactly("one");
        one.cancel(true);

        // Then the other takes over
        await().until(() -> leaders.equals(Set.of("two")) && holder().equals("two"));
        two.cancel(true);
        await().until(leaders::isEmpty);
    }

    private String holder() {
        return Json.textOrEmpty(
                get("/apis/coordination.k8s.io/v1/namespaces/default/leases/lock")
                        .body(),
                "spec",
                "holderIdentity");
    }

    private LeaderElector elector(String name) {
        return client.leaderElector()
                .withConfig(new LeaderElectionConfigBuilder()
                        .withName(name)
                        .withLock(new LeaseLock("default", "lock", name))
                        .withLeaseDuration(Duration.ofMillis(1500))
                        .withRenewDeadline(Duration.ofMillis(1000))
                        .withRetryPeriod(Duration.ofMillis(200))
                        .withReleaseOnCancel(true)
                        .withLeaderCallbacks(
                                new LeaderCallbacks(() -> leaders.add(name), () -> leaders.remove(name), leader -> {}))
                        .build())
                .build();
    }
}
