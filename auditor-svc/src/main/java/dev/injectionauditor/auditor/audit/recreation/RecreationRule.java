package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.NeverReason;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides whether to have a missed Pod recreated now (design, section 6). */
final class RecreationRule {

    private static final String STATEFUL_SET = "StatefulSet";

    private RecreationRule() {}

    /**
     * What is known besides the Pod.
     *
     * @param mode what holds for the Pod
     * @param outlook whether the webhook can be trusted
     * @param underWay whether a recreation is under way for the webhook, dry runs aside
     * @param ofOwner the requests of the Pod's owner, oldest first
     * @param lastInjected when the owner's newest Pod with the injection was created; null if none is known
     * @param spending the requests of the last minute
     */
    record Situation(
            RecreationMode mode,
            Outlook outlook,
            boolean underWay,
            List<PastRecreation> ofOwner,
            @Nullable Instant lastInjected,
            Spending spending) {}

    static RecreationDecision decide(MissedPod pod, Situation situation, RecreationPolicy policy, Instant now) {
        boolean dryRun = situation.mode() == RecreationMode.PLAN;
        Attempts attempts = Attempts.of(situation.ofOwner(), situation.lastInjected(), now);
        Optional<NeverReason> never = never(pod, situation, attempts, policy, now);
        if (never.isPresent()) {
            return new Never(never.get());
        }
        return busy(pod, situation.ofOwner(), now)
                .or(() -> evicted(pod, situation.ofOwner()))
                .or(() -> situation.outlook().objection(situation.underWay(), now))
                .or(() -> early(pod.createdAt().plus(policy.minimumAge()), WaitReason.TOO_YOUNG, now))
                .or(() -> early(attempts.notBefore(policy.backoff()), WaitReason.BACKOFF, now))
                .or(() -> dryRun ? unreported(pod, situation.ofOwner(), policy, now) : Optional.empty())
                .or(() -> unseen(pod, situation.ofOwner(), policy, now))
                .or(() -> situation.spending().limit(pod.pod().namespace(), dryRun, policy, now))
                .<RecreationDecision>map(wait -> wait)
                .orElseGet(() -> new Recreate(attempts.failures() + 1, dryRun));
    }

    private static Optional<NeverReason> never(
            MissedPod pod, Situation situation, Attempts attempts, RecreationPolicy policy, Instant now) {
        if (pod.traits().exempt()) {
            return Optional.of(NeverReason.EXEMPT);
        }
        if (situation.mode() == RecreationMode.OFF) {
            return Optional.of(NeverReason.OFF);
        }
        UUID uid = pod.pod().uid();
        return policy.allowances()
                .exclusion(pod.pod().namespace(), pod.owner(), pod.traits().systemCritical())
                .map(exclusion -> switch (exclusion) {
                    case BARE_POD -> NeverReason.BARE_POD;
                    case DAEMON_SET -> NeverReason.DAEMON_SET;
                    case JOB -> NeverReason.JOB;
                    case OTHER_OWNER -> NeverReason.OTHER_OWNER;
                    case SYSTEM_CRITICAL -> NeverReason.SYSTEM_CRITICAL;
                })
                .or(() -> situation.mode() == RecreationMode.PLAN
                                && situation.ofOwner().stream()
                                        .anyMatch(past -> past.isDryRunFor(uid) && past.isReported(now))
                        ? Optional.of(NeverReason.PLANNED)
                        : Optional.empty())
                .or(() -> attempts.failures() >= policy.maxAttempts()
                        ? Optional.of(NeverReason.ATTEMPTS_EXHAUSTED)
                        : Optional.empty());
    }

    private static Optional<Wait> busy(MissedPod pod, List<PastRecreation> ofOwner, Instant now) {
        return ofOwner.stream()
                .filter(past -> !past.dryRun() && past.isUnderWay(now))
                .findFirst()
                .map(past -> new Wait(
                        past.pod().equals(pod.pod().uid()) ? WaitReason.UNDER_WAY : WaitReason.OWNER_BUSY,
                        past.givenUpAt()));
    }

    /** The result can come before the observation of the Pod's end; to request it again would only spend the limits. */
    private static Optional<Wait> evicted(MissedPod pod, List<PastRecreation> ofOwner) {
        return ofOwner.stream().anyMatch(past -> past.pod().equals(pod.pod().uid()) && past.hasEndedThePod())
                ? Optional.of(new Wait(WaitReason.END_NOT_SEEN, null))
                : Optional.empty();
    }

    private static Optional<Wait> early(Instant notBefore, WaitReason reason, Instant now) {
        return notBefore.isAfter(now) ? Optional.of(new Wait(reason, notBefore)) : Optional.empty();
    }

    /** A dry run that expired has told nobody of it. */
    private static Optional<Wait> unreported(
            MissedPod pod, List<PastRecreation> ofOwner, RecreationPolicy policy, Instant now) {
        Attempts unreported = Attempts.unreported(ofOwner, pod.pod().uid(), now);
        return early(unreported.notBefore(policy.backoff()), WaitReason.BACKOFF, now);
    }

    /** For a bounded time: an observer that has lost the replacement must not hold up its StatefulSet for good. */
    private static Optional<Wait> unseen(
            MissedPod pod, List<PastRecreation> ofOwner, RecreationPolicy policy, Instant now) {
        if (pod.owner() == null || !pod.owner().kind().equals(STATEFUL_SET)) {
            return Optional.empty();
        }
        return ofOwner.stream()
                .filter(past -> past.outcome() == Outcome.RECREATED && !past.dryRun() && !past.replacementSeen())
                .map(past -> past.endedAt().plus(policy.requestLife()))
                .filter(until -> until.isAfter(now))
                .max(Instant::compareTo)
                .map(until -> new Wait(WaitReason.REPLACEMENT_NOT_SEEN, until));
    }
}
