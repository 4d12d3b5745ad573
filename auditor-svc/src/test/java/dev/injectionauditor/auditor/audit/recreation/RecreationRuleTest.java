package dev.injectionauditor.auditor.audit.recreation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.NeverReason;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.db.enums.DecisionReason;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RecreationRuleTest {

    private static final Instant NOW = Instant.parse("2026-11-23T07:00:00Z");
    private static final Outlook FINE = new Outlook(false, NOW.minusSeconds(1), NOW, Breaker.CLOSED);
    private static final RecreationPolicy POLICY = new RecreationPolicy(
            RecreationMode.RECREATE,
            Allowances.NONE,
            10,
            5,
            3,
            Duration.ofSeconds(30),
            Duration.ofSeconds(45),
            Duration.ofMinutes(5));
    private static final UUID POD = new UUID(1, 1);
    private static final UUID OTHER = new UUID(1, 2);
    private static final Recreate NOW_FIRST = new Recreate(1, false);

    private RecreationMode mode = RecreationMode.RECREATE;
    private Outlook outlook = FINE;
    private boolean underWay;
    private Instant lastInjected;
    private List<Spending.Spent> spent = List.of();

    @Test
    void shouldRequestWhatNothingSpeaksAgainst() {
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(NOW_FIRST);
    }

    @ParameterizedTest
    @CsvSource({"DaemonSet, DAEMON_SET", "Job, JOB", "TaskRun, OTHER_OWNER", ", BARE_POD"})
    void shouldNotTouchWhatIsNotAllowed(String kind, NeverReason reason) {
        assertThat(decide(pod(kind))).isEqualTo(new Never(reason));
    }

    @Test
    void shouldNotTouchWhatIsExemptOrCritical() {
        assertThat(decide(pod("ReplicaSet", new RecreationTraits(null, true, false))))
                .isEqualTo(new Never(NeverReason.EXEMPT));
        assertThat(decide(pod("ReplicaSet", new RecreationTraits(null, false, true))))
                .isEqualTo(new Never(NeverReason.SYSTEM_CRITICAL));
    }

    @Test
    void shouldNotTouchAnythingWhileTheWebhookCannotBeTrusted() {
        outlook = new Outlook(true, null, NOW, Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.OUTAGE_OPEN, null));
        outlook = new Outlook(false, NOW.plusSeconds(3), NOW, Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.OUTAGE_NOT_SETTLED, NOW.plusSeconds(3)));
        outlook = new Outlook(false, null, NOW.minusSeconds(61), Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.NOT_WATCHED, null));
        outlook = new Outlook(false, null, null, Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.NOT_WATCHED, null));
        outlook = new Outlook(false, null, NOW, Breaker.OPEN);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.BREAKER_OPEN, null));
    }

    @Test
    void shouldNotBelieveAnObserverWhoseClockIsFarAhead() {
        // Within what clocks may differ by
        outlook = new Outlook(false, null, NOW.plusSeconds(30), Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(NOW_FIRST);

        outlook = new Outlook(false, null, NOW.plusSeconds(30).plusMillis(1), Breaker.CLOSED);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.NOT_WATCHED, null));
    }

    @Test
    void shouldLetExactlyOneThroughAHalfOpenBreaker() {
        outlook = new Outlook(false, null, NOW, Breaker.HALF_OPEN);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(NOW_FIRST);
        underWay = true;
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.BREAKER_TRIAL, null));
    }

    @Test
    void shouldOpenTheBreakerForAReplacementThatWasMissedAndCloseItForOneThatWasNot() {
        assertThat(Breaker.of(null, null, null)).isEqualTo(Breaker.CLOSED);
        assertThat(Breaker.of(NOW, NOW.minusSeconds(1), NOW.minusSeconds(1))).isEqualTo(Breaker.OPEN);
        assertThat(Breaker.of(NOW, null, NOW)).isEqualTo(Breaker.OPEN);
        assertThat(Breaker.of(NOW, null, NOW.plusSeconds(1))).isEqualTo(Breaker.HALF_OPEN);
        assertThat(Breaker.of(NOW, NOW.plusSeconds(2), NOW.plusSeconds(1))).isEqualTo(Breaker.CLOSED);
    }

    @Test
    void shouldRecreateOneAtATimePerOwner() {
        // Given a request that is under way, until a remediator can have answered at the longest
        PastRecreation underWay = past(OTHER, null, 5);
        Instant givenUp = NOW.minusSeconds(5).plusSeconds(300).plus(PastRecreation.ANSWER_GRACE);

        assertThat(decide(pod("ReplicaSet"), underWay)).isEqualTo(new Wait(WaitReason.OWNER_BUSY, givenUp));
        assertThat(decide(pod("ReplicaSet"), past(POD, null, 5))).isEqualTo(new Wait(WaitReason.UNDER_WAY, givenUp));
        assertThat(decide(pod("ReplicaSet"), past(OTHER, null, 419)))
                .isEqualTo(new Wait(WaitReason.OWNER_BUSY, NOW.plusSeconds(1)));

        // Then it counts as a try that did not help
        assertThat(decide(pod("ReplicaSet"), past(OTHER, null, 421)))
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(29)));
        assertThat(decide(pod("ReplicaSet"), past(OTHER, null, 460))).isEqualTo(NOW_FIRST);
    }

    @ParameterizedTest
    @EnumSource(
            value = Outcome.class,
            names = {"RECREATED", "GONE", "MISSED_AGAIN", "NOT_REPLACED"})
    void shouldNotRequestAgainWhatAResultSaysIsGone(Outcome outcome) {
        lastInjected = NOW;
        assertThat(decide(pod("ReplicaSet"), past(POD, outcome, 1))).isEqualTo(new Wait(WaitReason.END_NOT_SEEN, null));
    }

    @Test
    void shouldWaitUntilTheReplacementInAStatefulSetIsObserved() {
        PastRecreation unseen = past(OTHER, Outcome.RECREATED, 10);
        PastRecreation seen = new PastRecreation(
                OTHER, false, unseen.requestedAt(), unseen.expiresAt(), Outcome.RECREATED, unseen.finishedAt(), true);

        assertThat(decide(pod("StatefulSet"), unseen))
                .isEqualTo(new Wait(WaitReason.REPLACEMENT_NOT_SEEN, NOW.plusSeconds(290)));
        assertThat(decide(pod("StatefulSet"), seen)).isEqualTo(NOW_FIRST);
        assertThat(decide(pod("ReplicaSet"), unseen)).isEqualTo(NOW_FIRST);
        assertThat(decide(pod("StatefulSet"), past(OTHER, Outcome.RECREATED, 300)))
                .as("bounded")
                .isEqualTo(NOW_FIRST);
    }

    @Test
    void shouldBackOffAndGiveUpAfterFailures() {
        // One failure 10 s ago: 30 s of backoff; two: 60 s
        assertThat(decide(pod("ReplicaSet"), past(OTHER, Outcome.MISSED_AGAIN, 10)))
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(20)));
        assertThat(decide(
                        pod("ReplicaSet"),
                        past(OTHER, Outcome.NOT_REPLACED, 100),
                        past(OTHER, Outcome.MISSED_AGAIN, 10)))
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(50)));
        assertThat(decide(
                        pod("ReplicaSet"),
                        past(OTHER, Outcome.NOT_REPLACED, 200),
                        past(OTHER, Outcome.MISSED_AGAIN, 100)))
                .isEqualTo(new Recreate(3, false));

        // Three: given up, unless a success lies between or came after, whoever made it
        PastRecreation[] three = {
            past(OTHER, Outcome.FAILED, 900),
            past(OTHER, Outcome.NOT_REPLACED, 800),
            past(OTHER, Outcome.MISSED_AGAIN, 700)
        };
        assertThat(decide(pod("ReplicaSet"), three)).isEqualTo(new Never(NeverReason.ATTEMPTS_EXHAUSTED));
        assertThat(decide(pod("ReplicaSet"), three[0], past(OTHER, Outcome.RECREATED, 850), three[1], three[2]))
                .isEqualTo(new Recreate(3, false));
        lastInjected = NOW.minusSeconds(701);
        assertThat(decide(pod("ReplicaSet"), three)).isEqualTo(new Recreate(2, false));
        lastInjected = NOW.minusSeconds(699);
        assertThat(decide(pod("ReplicaSet"), three)).isEqualTo(NOW_FIRST);
    }

    @Test
    void shouldTryAgainLaterWhatWasNotAllowedWithLongerAndLongerPauses() {
        assertThat(decide(pod("ReplicaSet"), past(OTHER, Outcome.REFUSED, 10)))
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(20)));
        assertThat(decide(pod("ReplicaSet"), past(OTHER, Outcome.REFUSED, 40))).isEqualTo(NOW_FIRST);
        PastRecreation[] many = Stream.iterate(50, ago -> ago - 1)
                .limit(40)
                .map(ago -> past(OTHER, Outcome.REFUSED, ago))
                .toArray(PastRecreation[]::new);
        assertThat(decide(pod("ReplicaSet"), many))
                .as("64 times the first pause at the longest")
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.minusSeconds(11).plusSeconds(64 * 30)));
    }

    @Test
    void shouldLetTheYoungGrow() {
        MissedPod pod = pod("ReplicaSet");
        MissedPod young = new MissedPod(pod.pod(), pod.owner(), NOW.minusSeconds(44), pod.traits());

        assertThat(decide(young)).isEqualTo(new Wait(WaitReason.TOO_YOUNG, NOW.plusSeconds(1)));
    }

    @Test
    void shouldKeepToTheLimitsOfClusterAndNamespace() {
        spent = spent(5, "shop", false);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.NAMESPACE_LIMIT, NOW.plusSeconds(55)));
        spent = spent(4, "shop", false);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(NOW_FIRST);
        spent = spent(10, "other", false);
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Wait(WaitReason.CLUSTER_LIMIT, NOW.plusSeconds(50)));
        spent = spent(10, "shop", true);
        assertThat(decide(pod("ReplicaSet"))).as("dry runs").isEqualTo(NOW_FIRST);
    }

    @Test
    void shouldDoNothingWhereItIsOffAndReportOnceWhereItIsPlanned() {
        mode = RecreationMode.OFF;
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Never(NeverReason.OFF));
        mode = RecreationMode.PLAN;
        assertThat(decide(pod("ReplicaSet"))).isEqualTo(new Recreate(1, true));
        PastRecreation planned = planned(POD, Outcome.PLANNED, 8);
        assertThat(decide(pod("ReplicaSet"), planned)).isEqualTo(new Never(NeverReason.PLANNED));
        assertThat(decide(pod("ReplicaSet"), planned(POD, Outcome.REFUSED, 8)))
                .isEqualTo(new Never(NeverReason.PLANNED));
        assertThat(decide(pod("ReplicaSet"), planned(POD, null, 8))).isEqualTo(new Never(NeverReason.PLANNED));
        assertThat(decide(pod("ReplicaSet"), planned(OTHER, Outcome.PLANNED, 8)))
                .isEqualTo(new Recreate(1, true));
        mode = RecreationMode.RECREATE;
        assertThat(decide(pod("ReplicaSet"), planned)).isEqualTo(NOW_FIRST);
    }

    @Test
    void shouldReportAgainWhatNobodyWasThereToReport() {
        // Given dry runs that expired, or were never answered, with longer and longer pauses
        mode = RecreationMode.PLAN;
        assertThat(decide(pod("ReplicaSet"), planned(POD, Outcome.EXPIRED, 10)))
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(20)));
        assertThat(decide(pod("ReplicaSet"), planned(POD, Outcome.EXPIRED, 30))).isEqualTo(new Recreate(1, true));
        assertThat(decide(pod("ReplicaSet"), planned(POD, null, 430)))
                .as("given up 10 s ago")
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(20)));
        assertThat(decide(
                        pod("ReplicaSet"),
                        planned(POD, Outcome.EXPIRED, 500),
                        planned(POD, null, 470),
                        planned(OTHER, Outcome.EXPIRED, 1)))
                .as("60 s after the second one was given up, whatever others did")
                .isEqualTo(new Wait(WaitReason.BACKOFF, NOW.plusSeconds(10)));

        // When one of them is answered after all, then it is reported
        assertThat(decide(pod("ReplicaSet"), planned(POD, Outcome.PLANNED, 500), planned(POD, Outcome.EXPIRED, 100)))
                .isEqualTo(new Never(NeverReason.PLANNED));

        // And they hold up no recreation
        mode = RecreationMode.RECREATE;
        assertThat(decide(pod("ReplicaSet"), planned(POD, Outcome.EXPIRED, 10))).isEqualTo(NOW_FIRST);
    }

    @Test
    void shouldHaveEveryReasonInTheDatabase() {
        assertThat(Stream.concat(Stream.of(WaitReason.values()), Stream.of(NeverReason.values()))
                        .map(DecisionTable::reason))
                .containsExactlyInAnyOrder(DecisionReason.values());
    }

    private RecreationDecision decide(MissedPod pod, PastRecreation... past) {
        return RecreationRule.decide(
                pod,
                new RecreationRule.Situation(mode, outlook, underWay, List.of(past), lastInjected, new Spending(spent)),
                POLICY,
                NOW);
    }

    /** One a second, the newest a second ago. */
    private static List<Spending.Spent> spent(int count, String namespace, boolean dryRun) {
        return Stream.iterate(1, ago -> ago + 1)
                .limit(count)
                .map(ago -> new Spending.Spent(namespace, dryRun, NOW.minusSeconds(ago)))
                .toList();
    }

    private static PastRecreation past(UUID pod, Outcome outcome, int secondsAgo) {
        Instant then = NOW.minusSeconds(secondsAgo);
        return new PastRecreation(
                pod, false, then, then.plusSeconds(300), outcome, outcome == null ? null : then, false);
    }

    /** A dry run. */
    private static PastRecreation planned(UUID pod, Outcome outcome, int secondsAgo) {
        PastRecreation past = past(pod, outcome, secondsAgo);
        return new PastRecreation(
                past.pod(), true, past.requestedAt(), past.expiresAt(), outcome, past.finishedAt(), false);
    }

    private static MissedPod pod(String ownerKind) {
        return pod(ownerKind, RecreationTraits.NONE);
    }

    private static MissedPod pod(String ownerKind, RecreationTraits traits) {
        return new MissedPod(
                new PodRef("shop", "web", POD),
                ownerKind == null ? null : new OwnerRef("apps/v1", ownerKind, "web", new UUID(2, 2)),
                NOW.minusSeconds(60),
                traits);
    }
}
