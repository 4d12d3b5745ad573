package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.observe.scope.ScopeRule;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Decides, with the live Pod at hand, whether a request may be executed (design, section 6). */
final class EvictionRule {

    private EvictionRule() {}

    /** What to do with a request. */
    sealed interface Decision {

        /**
         * Evict the Pod.
         *
         * @param pod as it is now
         */
        record Evict(Pod pod) implements Decision {}

        /**
         * Do nothing and answer.
         *
         * @param reason null where the outcome says it all
         */
        record Answer(Outcome outcome, @Nullable RecreationReason reason) implements Decision {}
    }

    /**
     * The decision on a request of which nothing is done yet.
     *
     * @param live the Pod that has the name now, null if there is none
     * @param namespaceMode what the Pod's namespace says about recreation now, null if nothing; only asked if the Pod
     *     itself says nothing
     * @param isInScope whether the webhook would be called for that one now; only asked if nothing else speaks against
     *     it
     * @param brake what speaks against any recreation for the webhook now
     */
    static Decision decide(
            RecreationRequest request,
            @Nullable Pod live,
            Supplier<@Nullable RecreationMode> namespaceMode,
            BooleanSupplier isInScope,
            RecreationPolicy policy,
            Optional<RecreationReason> brake,
            Instant now) {
        if (!now.isBefore(request.expiresAt())) {
            return new Decision.Answer(Outcome.EXPIRED, null);
        }
        if (live == null) {
            return new Decision.Answer(Outcome.GONE, null);
        }
        if (!PodMapper.ref(live).uid().equals(request.pod().uid())) {
            return new Decision.Answer(Outcome.GONE, RecreationReason.OTHER_POD);
        }
        Optional<RecreationReason> refusal = refusal(request, live, namespaceMode, isInScope, policy);
        if (refusal.isPresent()) {
            return new Decision.Answer(Outcome.REFUSED, refusal.get());
        }
        if (request.dryRun()) {
            return new Decision.Answer(Outcome.PLANNED, null);
        }
        return brake.<Decision>map(reason -> new Decision.Answer(Outcome.REFUSED, reason))
                .orElseGet(() -> new Decision.Evict(live));
    }

    private static Optional<RecreationReason> refusal(
            RecreationRequest request,
            Pod live,
            Supplier<@Nullable RecreationMode> namespaceMode,
            BooleanSupplier isInScope,
            RecreationPolicy policy) {
        Map<String, String> annotations = live.getMetadata().getAnnotations();
        if (annotations != null && annotations.containsKey(ScopeRule.MIRROR_ANNOTATION)) {
            return Optional.of(RecreationReason.MIRROR_POD);
        }
        if (RecreationSetting.isExempt(annotations)) {
            return Optional.of(RecreationReason.EXEMPT);
        }
        RecreationMode ofPod = RecreationSetting.mode(live.getMetadata().getLabels(), annotations);
        RecreationMode mode =
                RecreationSetting.effective(ofPod, ofPod == null ? namespaceMode.get() : null, policy.mode());
        if (mode == RecreationMode.OFF || (mode == RecreationMode.PLAN && !request.dryRun())) {
            return Optional.of(RecreationReason.SWITCHED_OFF);
        }
        if (PodMapper.lifecycle(live) != Lifecycle.ACTIVE) {
            return Optional.of(RecreationReason.NOT_ACTIVE);
        }
        if (PodMapper.lacking(live).isEmpty()) {
            return Optional.of(RecreationReason.NOT_MISSED);
        }
        OwnerRef owner = PodMapper.owner(live);
        if (!Objects.equals(uid(owner), uid(request.owner()))) {
            return Optional.of(RecreationReason.OWNER_CHANGED);
        }
        return policy.allowances()
                .exclusion(
                        live.getMetadata().getNamespace(),
                        owner,
                        RecreationSetting.isSystemCritical(live.getSpec().getPriorityClassName()))
                .map(EvictionRule::reason)
                .or(() -> isInScope.getAsBoolean() ? Optional.empty() : Optional.of(RecreationReason.OUT_OF_SCOPE));
    }

    private static @Nullable UUID uid(@Nullable OwnerRef owner) {
        return owner == null ? null : owner.uid();
    }

    private static RecreationReason reason(Allowances.Exclusion exclusion) {
        return switch (exclusion) {
            case BARE_POD -> RecreationReason.BARE_POD;
            case DAEMON_SET -> RecreationReason.DAEMON_SET;
            case JOB -> RecreationReason.JOB;
            case OTHER_OWNER -> RecreationReason.OTHER_OWNER;
            case SYSTEM_CRITICAL -> RecreationReason.SYSTEM_CRITICAL;
        };
    }
}
