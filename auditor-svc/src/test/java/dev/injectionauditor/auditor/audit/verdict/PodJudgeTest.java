package dev.injectionauditor.auditor.audit.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PodJudgeTest {

    private static final Instant CREATED = Instant.parse("2026-11-23T06:43:14Z");
    private static final Scope IN_SCOPE =
            new Scope(null, new Scope.Configuration("hook", new UUID(9, 9), 1, CREATED.minusSeconds(60)));
    private static final Scope EXEMPT = new Scope(Scope.Exemption.NO_CONFIGURATION, null);
    private static final UUID ONE = new UUID(1, 1);
    private static final UUID TWO = new UUID(2, 2);
    private static final UUID STAMP = new UUID(7, 7);

    @Test
    void shouldLetTheOldestVersionDecideWhateverComesFirst() {
        // Given a Pod that somebody gave an annotation like a stamp after its creation
        PodObservation first = seen(ONE, 10, 0, null, Lifecycle.ACTIVE);
        PodObservation changed = seen(ONE, 12, 0, STAMP, Lifecycle.TERMINATING);

        // When the versions arrive in any order, together or apart
        StoredPod together = judge(List.of(), first, changed).get(ONE);
        StoredPod reversed = judge(List.of(), changed, first).get(ONE);
        StoredPod apart =
                judge(List.of(judge(List.of(), changed).get(ONE)), first).get(ONE);

        // Then the verdict is that of the oldest, the lifecycle that of the newest
        assertThat(together.verdict()).isEqualTo(Verdict.MISSED);
        assertThat(together.lifecycle()).isEqualTo(Lifecycle.TERMINATING);
        assertThat(together).isEqualTo(reversed).isEqualTo(apart);
    }

    @Test
    void shouldGiveACopiedStampToThePodThatCarriedItFirst() {
        // Given a Pod and a copy of it that another controller made a second later
        PodObservation original = seen(ONE, 10, 0, STAMP, Lifecycle.ACTIVE);
        PodObservation copy = seen(TWO, 11, 1, STAMP, Lifecycle.ACTIVE);

        // When the copy is seen first, and the original later
        StoredPod copyAlone = judge(List.of(), copy).get(TWO);
        Map<UUID, StoredPod> both = judge(List.of(copyAlone), original);

        // Then the copy first counts as injected, and is corrected
        assertThat(copyAlone.verdict()).isEqualTo(Verdict.INJECTED);
        assertThat(both.get(ONE).verdict()).isEqualTo(Verdict.INJECTED);
        assertThat(both.get(TWO).verdict()).isEqualTo(Verdict.PRESET);
        assertThat(judge(List.of(), original, copy)).isEqualTo(both);
    }

    @Test
    void shouldNotStoreWhatIsExempt() {
        PodObservation exempt = exempt(seen(ONE, 10, 0, null, Lifecycle.ACTIVE));

        assertThat(judge(List.of(), exempt)).isEmpty();
    }

    @Test
    void shouldTakeAPodForInScopeIfAnyObservationDoes() {
        // Given a Pod that was in scope for one observer, and that another one took for exempt before or later
        PodObservation before = exempt(seen(ONE, 9, 0, null, Lifecycle.ACTIVE));
        PodObservation inScope = seen(ONE, 10, 0, null, Lifecycle.ACTIVE);
        PodObservation later = exempt(seen(ONE, 11, 0, STAMP, Lifecycle.GONE));

        // When these come in any order, together or apart
        StoredPod together = judge(List.of(), before, inScope, later).get(ONE);
        StoredPod apart = judge(List.of(judge(List.of(), inScope).get(ONE)), later, before)
                .get(ONE);
        StoredPod reversed = judge(List.of(), later, inScope, before).get(ONE);

        // Then what it says in scope decides, and its end is known from whoever saw it once it is known itself
        assertThat(together.verdict()).isEqualTo(Verdict.MISSED);
        assertThat(together.facts().resourceVersion()).isEqualTo(10);
        assertThat(together.lifecycle()).isEqualTo(Lifecycle.GONE);
        assertThat(apart).isEqualTo(together);
        assertThat(reversed.facts()).isEqualTo(together.facts());
        assertThat(reversed.lifecycle()).isEqualTo(Lifecycle.ACTIVE);
    }

    @Test
    void shouldChangeNothingWhenSeenAgain() {
        PodObservation pod = seen(ONE, 10, 0, STAMP, Lifecycle.ACTIVE);
        StoredPod stored = judge(List.of(), pod).get(ONE);

        assertThat(new PodJudge(List.of(stored)).judge(List.of(pod, pod)))
                .isNotEmpty()
                .noneMatch(PodChange::isChange);
    }

    private static Map<UUID, StoredPod> judge(List<StoredPod> stored, PodObservation... observations) {
        Map<UUID, StoredPod> result = new HashMap<>();
        new PodJudge(stored).judge(List.of(observations)).forEach(change -> {
            StoredPod pod = change.after();
            result.put(
                    pod == null
                            ? observations[0].pod().uid()
                            : pod.facts().pod().uid(),
                    pod);
        });
        return result;
    }

    private static PodObservation exempt(PodObservation pod) {
        return Auditing.scoped(pod, EXEMPT);
    }

    private static PodObservation seen(UUID uid, long version, int second, UUID stamp, Lifecycle lifecycle) {
        return new PodObservation(
                new PodRef("shop", "pod-" + uid, uid),
                Long.toString(version),
                CREATED.plusSeconds(second),
                null,
                stamp,
                1,
                stamp == null ? List.of("web") : List.of(),
                IN_SCOPE,
                lifecycle,
                RecreationTraits.NONE,
                CREATED);
    }
}
