package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.auditor.audit.RecreationDecision.Never;
import dev.injectionauditor.auditor.audit.RecreationDecision.NeverReason;
import dev.injectionauditor.auditor.audit.RecreationDecision.Request;
import dev.injectionauditor.auditor.audit.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Decides whether to have a missed Pod recreated (design, section 6). */
final class RecreationRule {

    private static final Set<String> KINDS_NOT_RECREATED = Set.of("DaemonSet", "Job");
    private static final String SYSTEM_NAMESPACE = "kube-system";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private RecreationRule() {}

    /**
     * Whether the webhook can be trusted again.
     *
     * @param open whether an outage is open
     * @param settled from when on the last outage counts as over; null if there was none
     */
    record Outlook(boolean open, @Nullable Instant settled) {}

    /**
     * A request of the past.
     *
     * @param outcome null while it is under way
     * @param finishedAt null while it is under way
     */
    record Past(
            UUID pod,
            boolean dryRun,
            Instant requestedAt,
            Instant expiresAt,
            @Nullable Outcome outcome,
            @Nullable Instant finishedAt) {}

    /**
     * The decision on a missed Pod.
     *
     * @param ofOwner the owner's requests of the past, oldest first
     * @param lastMinute how many requests the cluster had within the last minute
     */
    static RecreationDecision decide(
            StoredPod pod, Outlook outlook, List<Past> ofOwner, int lastMinute, RecreationPolicy policy, Instant now) {
        Optional<NeverReason> never = never(pod, ofOwner, policy);
        if (never.isPresent()) {
            return new Never(never.get());
        }
        if (outlook.open()) {
            return new Wait(now, WaitReason.OUTAGE_OPEN);
        }
        if (outlook.settled() != null && outlook.settled().isAfter(now)) {
            return new Wait(outlook.settled(), WaitReason.OUTAGE_NOT_SETTLED);
        }
        for (Past past : ofOwner) {
            if (past.outcome() == null && past.expiresAt().isAfter(now)) {
                return new Wait(past.expiresAt(), WaitReason.OWNER_BUSY);
            }
        }
        int failures = failuresInARow(ofOwner);
        Instant retry = retryAfter(ofOwner, failures, policy);
        if (retry.isAfter(now)) {
            return new Wait(retry, WaitReason.BACKOFF);
        }
        if (lastMinute >= policy.perMinute()) {
            return new Wait(now.plus(MINUTE), WaitReason.RATE_LIMIT);
        }
        return new Request(failures + 1, policy.mode() == RecreationMode.PLAN);
    }

    private static Optional<NeverReason> never(StoredPod pod, List<Past> ofOwner, RecreationPolicy policy) {
        OwnerRef owner = pod.facts().owner();
        if (policy.mode() == RecreationMode.OFF) {
            return Optional.of(NeverReason.OFF);
        }
        if (pod.lifecycle() != Lifecycle.ACTIVE) {
            return Optional.of(NeverReason.NOT_ACTIVE);
        }
        if (owner == null) {
            return Optional.of(NeverReason.BARE_POD);
        }
        if (KINDS_NOT_RECREATED.contains(owner.kind())) {
            return Optional.of(NeverReason.OWNER_KIND);
        }
        if (pod.facts().pod().namespace().equals(SYSTEM_NAMESPACE)) {
            return Optional.of(NeverReason.SYSTEM_NAMESPACE);
        }
        if (policy.mode() == RecreationMode.PLAN
                && ofOwner.stream()
                        .anyMatch(past -> past.pod().equals(pod.facts().pod().uid()))) {
            return Optional.of(NeverReason.PLANNED);
        }
        return failuresInARow(ofOwner) >= policy.maxAttempts()
                ? Optional.of(NeverReason.ATTEMPTS_EXHAUSTED)
                : Optional.empty();
    }

    /** Replacements that did not help, since one last did. What was not allowed or came too late does not count. */
    private static int failuresInARow(List<Past> ofOwner) {
        int failures = 0;
        for (Past past : ofOwner) {
            if (past.outcome() != null) {
                failures = switch (past.outcome()) {
                    case RECREATED -> 0;
                    case MISSED_AGAIN, NOT_REPLACED, FAILED -> failures + 1;
                    case GONE, REFUSED, EXPIRED, PLANNED -> failures;
                };
            }
        }
        return failures;
    }

    private static Instant retryAfter(List<Past> ofOwner, int failures, RecreationPolicy policy) {
        for (Past past : ofOwner.reversed()) {
            if (past.outcome() != null && past.finishedAt() != null) {
                return switch (past.outcome()) {
                    case RECREATED, GONE, PLANNED -> Instant.EPOCH;
                    case MISSED_AGAIN, NOT_REPLACED, FAILED, REFUSED, EXPIRED ->
                        past.finishedAt().plus(policy.backoff().multipliedBy(1L << Math.clamp(failures - 1L, 0, 10)));
                };
            }
        }
        return Instant.EPOCH;
    }
}
