package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.RecreationDecision.NeverReason;
import dev.injectionauditor.auditor.audit.RecreationDecision.Request;
import dev.injectionauditor.auditor.audit.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecreationRuleTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final RecreationRule.Outlook FINE = new RecreationRule.Outlook(false, NOW.minusSeconds(1));
    private static final RecreationPolicy POLICY = policy(RecreationMode.RECREATE);
    private static final UUID POD = new UUID(1, 1);

    @Test
    void shouldRequestWhatNothingSpeaksAgainst() {
        assertThat(decide(pod("ReplicaSet"), FINE, List.of())).isEqualTo(new Request(1, false));
    }

    @ParameterizedTest
    @CsvSource({"DaemonSet, OWNER_KIND", "Job, OWNER_KIND", ", BARE_POD"})
    void shouldNotTouchWhatNothingWouldReplaceInTheSameWay(String kind, NeverReason reason) {
        assertThat(decide(pod(kind), FINE, List.of())).isEqualTo(new Never(reason));
    }

    @ParameterizedTest
    @CsvSource({"FINISHED", "TERMINATING", "GONE"})
    void shouldNotTouchWhatIsNotActive(Lifecycle lifecycle) {
        StoredPod active = pod("ReplicaSet");
        StoredPod pod =
                new StoredPod(active.facts(), lifecycle, RecreationTraits.NONE, 2, Verdict.MISSED, Cause.UNKNOWN);

        assertThat(decide(pod, FINE, List.of())).isEqualTo(new Never(NeverReason.NOT_ACTIVE));
    }

    @Test
    void shouldWaitForTheEndOfAnOutageAndTheQuietAfterIt() {
        assertThat(decide(pod("ReplicaSet"), new RecreationRule.Outlook(true, null), List.of()))
                .isEqualTo(new Wait(NOW, WaitReason.OUTAGE_OPEN));
        assertThat(decide(pod("ReplicaSet"), new RecreationRule.Outlook(false, NOW.plusSeconds(3)), List.of()))
                .isEqualTo(new Wait(NOW.plusSeconds(3), WaitReason.OUTAGE_NOT_SETTLED));
        assertThat(decide(pod("ReplicaSet"), new RecreationRule.Outlook(false, null), List.of()))
                .isEqualTo(new Request(1, false));
    }

    @Test
    void shouldRecreateOneAtATimePerOwner() {
        // Given a request that is under way
        RecreationRule.Past underWay = past(null, 5);

        // Then the next one waits, at the longest until that one has expired
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(underWay)))
                .isEqualTo(new Wait(underWay.expiresAt(), WaitReason.OWNER_BUSY));
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(past(null, 600)))).isEqualTo(new Request(1, false));
    }

    @Test
    void shouldBackOffAndGiveUpAfterFailures() {
        // One failure 10 s ago: 30 s of backoff
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(past(Outcome.MISSED_AGAIN, 10))))
                .isEqualTo(new Wait(NOW.plusSeconds(20), WaitReason.BACKOFF));
        // Two failures: 60 s
        assertThat(decide(
                        pod("ReplicaSet"),
                        FINE,
                        List.of(past(Outcome.NOT_REPLACED, 100), past(Outcome.MISSED_AGAIN, 10))))
                .isEqualTo(new Wait(NOW.plusSeconds(50), WaitReason.BACKOFF));
        assertThat(decide(
                        pod("ReplicaSet"),
                        FINE,
                        List.of(past(Outcome.NOT_REPLACED, 200), past(Outcome.MISSED_AGAIN, 100))))
                .isEqualTo(new Request(3, false));
        // Three: given up, unless a success lies between
        List<RecreationRule.Past> three =
                List.of(past(Outcome.FAILED, 900), past(Outcome.NOT_REPLACED, 800), past(Outcome.MISSED_AGAIN, 700));
        assertThat(decide(pod("ReplicaSet"), FINE, three)).isEqualTo(new Never(NeverReason.ATTEMPTS_EXHAUSTED));
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(three.get(0), three.get(1), past(Outcome.RECREATED, 650))))
                .isEqualTo(new Request(1, false));
    }

    @Test
    void shouldTryAgainLaterWhatWasNotAllowed() {
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(past(Outcome.REFUSED, 10))))
                .isEqualTo(new Wait(NOW.plusSeconds(20), WaitReason.BACKOFF));
        assertThat(decide(pod("ReplicaSet"), FINE, List.of(past(Outcome.REFUSED, 40))))
                .isEqualTo(new Request(1, false));
    }

    @Test
    void shouldKeepToTheRate() {
        assertThat(RecreationRule.decide(pod("ReplicaSet"), FINE, List.of(), 10, POLICY, NOW))
                .isEqualTo(new Wait(NOW.plusSeconds(60), WaitReason.RATE_LIMIT));
        assertThat(RecreationRule.decide(pod("ReplicaSet"), FINE, List.of(), 9, POLICY, NOW))
                .isEqualTo(new Request(1, false));
    }

    @Test
    void shouldDoNothingWhereItIsOffAndReportOnceWhereItIsPlanned() {
        assertThat(RecreationRule.decide(pod("ReplicaSet"), FINE, List.of(), 0, policy(RecreationMode.OFF), NOW))
                .isEqualTo(new Never(NeverReason.OFF));
        assertThat(RecreationRule.decide(pod("ReplicaSet"), FINE, List.of(), 0, policy(RecreationMode.PLAN), NOW))
                .isEqualTo(new Request(1, true));
        assertThat(RecreationRule.decide(
                        pod("ReplicaSet"),
                        FINE,
                        List.of(past(Outcome.PLANNED, 10)),
                        0,
                        policy(RecreationMode.PLAN),
                        NOW))
                .isEqualTo(new Never(NeverReason.PLANNED));
    }

    private static RecreationDecision decide(
            StoredPod pod, RecreationRule.Outlook outlook, List<RecreationRule.Past> past) {
        return RecreationRule.decide(pod, outlook, past, 0, POLICY, NOW);
    }

    private static RecreationPolicy policy(RecreationMode mode) {
        return new RecreationPolicy(
                mode, Allowances.NONE, 10, 10, 3, Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(5));
    }

    private static RecreationRule.Past past(Outcome outcome, int secondsAgo) {
        Instant then = NOW.minusSeconds(secondsAgo);
        return new RecreationRule.Past(POD, false, then, then.plusSeconds(300), outcome, outcome == null ? null : then);
    }

    private static StoredPod pod(String ownerKind) {
        return new StoredPod(
                new PodFacts(
                        new PodRef("shop", "web", POD),
                        ownerKind == null ? null : new OwnerRef("apps/v1", ownerKind, "web", new UUID(2, 2)),
                        NOW.minusSeconds(60),
                        1,
                        null,
                        1,
                        List.of("web"),
                        NOW.minusSeconds(3600)),
                Lifecycle.ACTIVE,
                RecreationTraits.NONE,
                1,
                Verdict.MISSED,
                Cause.UNKNOWN);
    }
}
