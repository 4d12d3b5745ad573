package dev.injectionauditor.auditor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.remediate.Fence;
import dev.injectionauditor.localstack.cluster.SimulatedCluster;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is active, and who surely is not any more. */
class LeadershipIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Leadership.Timing TIMING =
            new Leadership.Timing(Duration.ofSeconds(6), Duration.ofSeconds(4), Duration.ofMillis(500));

    private static final Duration LIMIT = Duration.ofMinutes(5);

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T06:00:00Z"));
    private SimulatedCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = SimulatedCluster.start(0, InstantSource.system());
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void shouldKnowThatItMayBeDeposedBeforeAnotherOneStarts() {
        // Given a leader and a standby
        Replica first = new Replica("first");
        Replica second = new Replica("second");
        try (first.leadership) {
            first.leadership.start();
            await().atMost(PATIENCE).until(() -> first.fence.get() != null);
            assertThat(first.fence.get().holds()).isTrue();
            try (second.leadership) {
                second.leadership.start();

                // When the leader does not reach the API server any more
                first.client.close();

                // Then its fence falls first, and only then the other one starts
                AtomicReference<Boolean> heldAtTakeover = new AtomicReference<>();
                second.onStart = () -> heldAtTakeover.set(first.fence.get().holds());
                await().atMost(PATIENCE).until(() -> second.fence.get() != null);
                assertThat(heldAtTakeover.get()).isFalse();
                assertThat(second.fence.get().holds()).isTrue();
                assertThat(first.fence.get().holds()).isFalse();
            }
            // And one that gives its Lease back does not hold it
            assertThat(second.fence.get().holds()).isFalse();
        }
        second.client.close();
    }

    @Test
    void shouldTryAgainWhenTheRoleFailsToStart() {
        // Given a role that fails to start the first time
        Replica replica = new Replica("only");
        AtomicInteger starts = new AtomicInteger();
        replica.onStart = () -> {
            if (starts.incrementAndGet() == 1) {
                throw new IllegalStateException("Kafka is not known");
            }
        };
        try (replica.leadership) {
            // When
            replica.leadership.start();

            // Then it runs after the second time
            await().atMost(PATIENCE).until(() -> replica.fence.get() != null);
            assertThat(starts).hasValue(2);
            assertThat(replica.fence.get().holds()).isTrue();
        }
        replica.client.close();
    }

    @Test
    void shouldTellThatTheRoleDoesNotStartUntilAnotherOneHasTakenItOn() {
        // Given a role that fails to start whenever it is tried
        Replica broken = new Replica("broken");
        AtomicInteger starts = new AtomicInteger();
        broken.onStart = () -> {
            starts.incrementAndGet();
            throw new IllegalStateException("Kafka is not known");
        };
        try (broken.leadership) {
            broken.leadership.start();
            await().atMost(PATIENCE).until(() -> starts.get() > 1);
            assertThat(broken.leadership.hasProgressedWithin(LIMIT)).isTrue();

            // When that takes too long, and it fails once more, then it is told
            now.updateAndGet(at -> at.plus(LIMIT).plusSeconds(1));
            await().atMost(PATIENCE).until(() -> !broken.leadership.hasProgressedWithin(LIMIT));

            // When another process gets its turn, then nothing is missing any more
            Replica healthy = new Replica("healthy");
            try (healthy.leadership) {
                healthy.leadership.start();
                await().atMost(PATIENCE).until(() -> broken.leadership.hasProgressedWithin(LIMIT));
                assertThat(healthy.fence.get().holds()).isTrue();
            }
            healthy.client.close();
        }
        broken.client.close();
    }

    private final class Replica {

        private final KubernetesClient client = cluster.client();
        private final AtomicReference<Fence> fence = new AtomicReference<>();
        private final Leadership leadership;
        private volatile Runnable onStart = () -> {};

        Replica(String name) {
            leadership = new Leadership(client, "default", "lease", name, TIMING, now::get, held -> {
                onStart.run();
                fence.set(held);
                return new Leadership.ActiveRole() {
                    @Override
                    public boolean hasProgressedWithin(Duration limit) {
                        return true;
                    }

                    @Override
                    public void close() {}
                };
            });
        }
    }
}
