package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.PodMapper;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides, with the live Pod at hand, whether a request may be executed (design, section 6). */
final class EvictionRule {

    /** A Pod with this annotation, whatever its value, is never recreated. */
    static final String EXEMPT_ANNOTATION = "injection-auditor.dev/never-recreate";

    private static final String MIRROR_ANNOTATION = "kubernetes.io/config.mirror";
    private static final Set<String> SYSTEM_CRITICAL = Set.of("system-node-critical", "system-cluster-critical");
    private static final Set<String> KINDS_NOT_RECREATED = Set.of("DaemonSet", "Job");

    private EvictionRule() {}

    /** What to do with a request. */
    sealed interface Decision {

        /** Evict the Pod. */
        record Evict() implements Decision {}

        /**
         * Do nothing and answer.
         *
         * @param reason a short fixed text; null where the outcome says it all
         */
        record Answer(Outcome outcome, @Nullable String reason) implements Decision {}
    }

    /** @param live the Pod that has the name now, null if there is none */
    static Decision decide(RecreationRequest request, @Nullable Pod live, Instant now) {
        if (!now.isBefore(request.expiresAt())) {
            return new Decision.Answer(Outcome.EXPIRED, null);
        }
        if (live == null || !PodMapper.ref(live).uid().equals(request.pod().uid())) {
            return new Decision.Answer(Outcome.GONE, null);
        }
        String refusal = refusal(live);
        if (refusal != null) {
            return new Decision.Answer(Outcome.REFUSED, refusal);
        }
        return request.dryRun() ? new Decision.Answer(Outcome.PLANNED, null) : new Decision.Evict();
    }

    private static @Nullable String refusal(Pod live) {
        Map<String, String> annotations = live.getMetadata().getAnnotations();
        if (annotations != null && annotations.containsKey(MIRROR_ANNOTATION)) {
            return "mirror-pod";
        }
        if (annotations != null && annotations.containsKey(EXEMPT_ANNOTATION)) {
            return "exempt-by-annotation";
        }
        if (PodMapper.lifecycle(live) != Lifecycle.ACTIVE) {
            return "not-active";
        }
        if (PodMapper.lacking(live).isEmpty()) {
            return "not-missed";
        }
        if (SYSTEM_CRITICAL.contains(String.valueOf(live.getSpec().getPriorityClassName()))) {
            return "system-critical";
        }
        var owner = PodMapper.owner(live);
        if (owner == null) {
            return "bare-pod";
        }
        return KINDS_NOT_RECREATED.contains(owner.kind()) ? "owner-kind" : null;
    }
}
