package dev.injectionauditor.auditor.remediate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.CloudEvent;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.WatchedWebhook;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ReplacementTest {

    private static final Instant NOW = Instant.parse("2026-11-27T10:00:00Z");
    private static final OwnerRef REPLICA_SET = new OwnerRef("apps/v1", "ReplicaSet", "web", new UUID(7, 1));
    private static final OwnerRef STATEFUL_SET = new OwnerRef("apps/v1", "StatefulSet", "db", new UUID(7, 2));

    @Test
    void shouldBeTheOldestThatWasNotThereBefore() {
        Pod evicted = pod("web-a", 1, 0, true);
        Pod neighbour = pod("web-b", 2, 0, true);
        Pod second = pod("web-d", 4, 20, false);
        Pod first = pod("web-c", 3, 10, false);

        assertThat(Replacement.among(List.of(second, neighbour, first), entry(REPLICA_SET, evicted, neighbour)))
                .contains(first);
        assertThat(Replacement.among(List.of(neighbour), entry(REPLICA_SET, evicted, neighbour)))
                .isEmpty();
    }

    @Test
    void shouldHaveTheSameNameInAStatefulSet() {
        Pod evicted = pod("db-1", 1, 0, true);
        // Another one that came at the same time, earlier
        Pod other = pod("db-0", 2, 10, false);
        Pod same = pod("db-1", 3, 20, false);

        assertThat(Replacement.among(List.of(other), entry(STATEFUL_SET, evicted)))
                .isEmpty();
        assertThat(Replacement.among(List.of(other, same), entry(STATEFUL_SET, evicted)))
                .contains(same);
    }

    @Test
    void shouldHoldTheNextPodUntilTheReplacementIsReadyOrGone() {
        Succession replaced = new Succession(new UUID(9, 2), Set.of(new UUID(9, 1)), true);

        assertThat(replaced.isUnfinished(List.of(pod("web-b", 2, 0, false)))).isTrue();
        assertThat(replaced.isUnfinished(List.of(pod("web-b", 2, 0, true)))).isFalse();
        assertThat(replaced.isUnfinished(List.of(pod("web-c", 3, 0, false)))).isFalse();
    }

    @Test
    void shouldHoldTheNextPodUntilOneComesWhereNoneCame() {
        Succession missing = new Succession(null, Set.of(new UUID(9, 1), new UUID(9, 2)), true);

        assertThat(missing.isUnfinished(List.of(pod("web-b", 2, 0, true)))).isTrue();
        assertThat(missing.isUnfinished(List.of(pod("web-c", 3, 0, false)))).isTrue();
        assertThat(missing.isUnfinished(List.of(pod("web-c", 3, 0, true)))).isFalse();
    }

    @Test
    void shouldNotWaitForAReplacementThatHasFailedButForTheOneInItsPlace() {
        // Given a replacement that was evicted by its node
        Pod failed = inPhase("Failed", pod("web-b", 2, 0, false));
        Pod neighbour = pod("web-a", 1, 0, true);
        Succession replaced = new Succession(new UUID(9, 2), Set.of(new UUID(9, 1)), true);

        // Then the one that its controller makes has to be ready
        assertThat(replaced.isUnfinished(List.of(failed, neighbour))).isTrue();
        assertThat(replaced.isUnfinished(List.of(failed, neighbour, pod("web-c", 3, 0, false))))
                .isTrue();
        assertThat(replaced.isUnfinished(List.of(failed, neighbour, pod("web-c", 3, 0, true))))
                .isFalse();
        // And none is waited for for ever
        assertThat(new Succession(replaced.replacement(), replaced.before(), false)
                        .isUnfinished(List.of(failed, neighbour)))
                .isFalse();
    }

    @Test
    void shouldNotWaitForAReplacementThatHasDoneItsWork() {
        Succession replaced = new Succession(new UUID(9, 2), Set.of(new UUID(9, 1)), true);

        assertThat(replaced.isUnfinished(List.of(inPhase("Succeeded", pod("web-b", 2, 0, false)))))
                .isFalse();
    }

    private static Pod inPhase(String phase, Pod pod) {
        return new PodBuilder(pod).editStatus().withPhase(phase).endStatus().build();
    }

    private static Entry entry(OwnerRef owner, Pod evicted, Pod... others) {
        PodRef wanted = PodMapper.ref(evicted);
        RecreationRequest request = new RecreationRequest("one", wanted, owner, 1, false, NOW, NOW.plusSeconds(300));
        Set<UUID> before = new HashSet<>(Set.of(wanted.uid()));
        for (Pod other : others) {
            before.add(PodMapper.ref(other).uid());
        }
        return Entry.accepted(CloudEvent.of(new WatchedWebhook("bench", "hook.example.org"), request), request)
                .evicting(before, null, null, NOW)
                .evicted(NOW);
    }

    private static Pod pod(String name, int uid, int second, boolean ready) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("shop")
                .withName(name)
                .withUid(new UUID(9, uid).toString())
                .withCreationTimestamp(NOW.plusSeconds(second).toString())
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus(ready ? "True" : "False")
                .endCondition()
                .endStatus()
                .build();
    }
}
