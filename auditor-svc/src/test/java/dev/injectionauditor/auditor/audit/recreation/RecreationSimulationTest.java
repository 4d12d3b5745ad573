package dev.injectionauditor.auditor.audit.recreation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.RecreationTraits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Plays random hours of a cluster: outages come and go, remediators answer late, wrongly or never, and the end of a Pod
 * is observed some time after the result that tells of it. Whatever happens, the promises hold at every step; and once
 * the webhook is healthy, every missed Pod that may be recreated is.
 */
class RecreationSimulationTest {

    private static final Instant ZERO = Instant.parse("2026-11-23T06:00:00Z");
    private static final int HOURS_OF_TROUBLE = 2;
    private static final int OWNERS = 6;
    static final RecreationPolicy POLICY = new RecreationPolicy(
            RecreationMode.RECREATE,
            Allowances.NONE,
            6,
            4,
            3,
            Duration.ofSeconds(20),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60));

    private Random random;
    private Instant now = ZERO;
    private final Map<UUID, MissedPod> missed = new HashMap<>();
    /** Pods that are gone though they still count as missed: until when. */
    private final Map<UUID, Instant> endSeenAt = new HashMap<>();

    private final Map<String, List<PastRecreation>> past = new HashMap<>();
    private final Map<String, Instant> lastInjected = new HashMap<>();
    private final List<Spending.Spent> spent = new ArrayList<>();
    private int nextPod;
    private boolean outage;
    private boolean healthyForGood;
    private Instant lastOutageEnd;
    private Instant missedAgain;
    private Instant succeeded;
    private Instant applied;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void shouldKeepItsPromisesWhateverHappens(int seed) {
        random = new Random(seed);
        while (now.isBefore(ZERO.plus(Duration.ofHours(HOURS_OF_TROUBLE)))) {
            trouble();
            step();
        }
        // When the webhook is healthy, every remediator answers, and an owner that was given up gets a good Pod
        healthyForGood = true;
        endOutage();
        for (int i = 0; i < OWNERS; i++) {
            lastInjected.put(owner(i).uid().toString(), now.plusSeconds(1));
        }
        Instant patience = now.plus(Duration.ofHours(3));
        while (!missed.isEmpty() && now.isBefore(patience)) {
            applied = now;
            step();
        }
        assertThat(missed).as("missed Pods that were never recreated").isEmpty();
        assertThat(nextPod).as("the simulation did something").isGreaterThan(20);
    }

    private void trouble() {
        if (random.nextInt(300) == 0) {
            if (outage) {
                endOutage();
            } else {
                outage = true;
            }
        }
        if (outage && random.nextInt(40) == 0) {
            miss(owner(random.nextInt(OWNERS)));
        }
        if (!outage && random.nextInt(10) == 0) {
            applied = now;
        }
    }

    private void endOutage() {
        outage = false;
        lastOutageEnd = now;
    }

    private void step() {
        answers();
        missed.keySet()
                .removeIf(
                        uid -> endSeenAt.containsKey(uid) && !endSeenAt.get(uid).isAfter(now));
        Breaker breaker = Breaker.of(missedAgain, succeeded, applied);
        // The history may be a moment behind the webhook: an outage shows with its first evidence.
        Outlook outlook = new Outlook(
                outage && !missed.isEmpty(), lastOutageEnd == null ? null : lastOutageEnd.plusSeconds(5), now, breaker);
        List<RecreationRound.Decided> decided = RecreationRound.decide(
                new RecreationRound.Known(
                        List.copyOf(missed.values()), Map.of(), outlook, past, requests(), lastInjected, spent),
                POLICY,
                now);
        long underWayBefore = underWay();
        List<RecreationRound.Decided> requested = decided.stream()
                .filter(one -> one.decision() instanceof Recreate)
                .toList();
        if (!requested.isEmpty()) {
            assertThat(outlook.open()).as("no request in an outage").isFalse();
            assertThat(breaker).as("no request while the breaker is open").isNotEqualTo(Breaker.OPEN);
            if (breaker == Breaker.HALF_OPEN) {
                assertThat(requested.size() + underWayBefore).as("one trial").isEqualTo(1);
            }
        }
        requested.forEach(this::request);
        now = now.plusMillis(500 + random.nextInt(1_000));
    }

    private void request(RecreationRound.Decided decided) {
        MissedPod pod = decided.pod();
        List<PastRecreation> ofOwner = past.computeIfAbsent(pod.ownerKey(), owner -> new ArrayList<>());
        assertThat(ofOwner).as("one in flight per owner").noneMatch(one -> one.isUnderWay(now));
        assertThat(((Recreate) decided.decision()).attempt()).as("bounded").isLessThanOrEqualTo(POLICY.maxAttempts());
        assertThat(endSeenAt)
                .as("what is gone is not requested again")
                .doesNotContainKey(pod.pod().uid());
        assertThat(pod.createdAt().plus(POLICY.minimumAge())).as("old enough").isBeforeOrEqualTo(now);
        ofOwner.add(new PastRecreation(pod.pod().uid(), false, now, now.plus(POLICY.requestLife()), null, null, false));
        spent.add(new Spending.Spent(pod.pod().namespace(), false, now));
        List<Spending.Spent> minute = spent.stream()
                .filter(one -> one.at().isAfter(now.minusSeconds(60)))
                .toList();
        assertThat(minute).as("within the limit").hasSizeLessThanOrEqualTo(POLICY.perMinute());
        assertThat(minute.stream()
                        .filter(one -> one.namespace().equals(pod.pod().namespace())))
                .hasSizeLessThanOrEqualTo(POLICY.perMinuteNamespace());
    }

    private void answers() {
        past.values()
                .forEach(ofOwner -> ofOwner.replaceAll(one -> {
                    boolean due = one.isUnderWay(now) && (healthyForGood || random.nextInt(12) == 0);
                    return due ? answered(one) : one;
                }));
    }

    private PastRecreation answered(PastRecreation one) {
        MissedPod pod = missed.get(one.pod());
        Outcome outcome = pod == null || endSeenAt.containsKey(one.pod()) ? Outcome.GONE : outcome();
        if (outcome == Outcome.RECREATED || outcome == Outcome.MISSED_AGAIN || outcome == Outcome.NOT_REPLACED) {
            endSeenAt.put(one.pod(), now.plusSeconds(random.nextInt(20)));
        }
        if (outcome == Outcome.RECREATED) {
            succeeded = succeeded == null || one.requestedAt().isAfter(succeeded) ? one.requestedAt() : succeeded;
            lastInjected.put(pod.ownerKey(), now);
            applied = now;
        } else if (outcome == Outcome.MISSED_AGAIN) {
            miss(pod.owner());
            missedAgain = now;
        }
        return new PastRecreation(
                one.pod(), false, one.requestedAt(), one.expiresAt(), outcome, now, random.nextBoolean());
    }

    private Outcome outcome() {
        if (healthyForGood) {
            return Outcome.RECREATED;
        }
        return switch (random.nextInt(6)) {
            case 0 -> Outcome.REFUSED;
            case 1 -> Outcome.FAILED;
            case 2 -> Outcome.NOT_REPLACED;
            default -> outage ? Outcome.MISSED_AGAIN : Outcome.RECREATED;
        };
    }

    private Map<UUID, Integer> requests() {
        return past.values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toMap(PastRecreation::pod, one -> 1, Integer::sum));
    }

    private long underWay() {
        return past.values().stream()
                .flatMap(List::stream)
                .filter(one -> one.isUnderWay(now))
                .count();
    }

    private void miss(OwnerRef owner) {
        UUID uid = new UUID(1, ++nextPod);
        String namespace = "ns-" + owner.uid().getLeastSignificantBits() % 2;
        missed.put(uid, new MissedPod(new PodRef(namespace, "pod-" + nextPod, uid), owner, now, RecreationTraits.NONE));
    }

    private static OwnerRef owner(int number) {
        return new OwnerRef(
                "apps/v1", number % 3 == 0 ? "StatefulSet" : "ReplicaSet", "o" + number, new UUID(2, number));
    }
}
