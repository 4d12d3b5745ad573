package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Which Pod took the place of an evicted one, and what that is worth. */
final class Replacement {

    private static final String KEEPS_NAMES = "StatefulSet";

    private Replacement() {}

    /**
     * What a replacement makes of the recreation.
     *
     * @param reason null where the outcome says it all
     */
    record Judgement(Outcome outcome, @Nullable RecreationReason reason) {}

    /**
     * The replacement: of a StatefulSet the Pod with the same name, else the oldest that was not there before.
     *
     * @param ofOwner Pods that the controller has now
     */
    static Optional<Pod> among(Collection<Pod> ofOwner, Entry entry) {
        boolean keepsName = entry.request().owner() != null
                && KEEPS_NAMES.equals(entry.request().owner().kind());
        return ofOwner.stream()
                .filter(pod -> !entry.before().contains(PodMapper.ref(pod).uid()))
                .filter(pod -> !keepsName
                        || pod.getMetadata()
                                .getName()
                                .equals(entry.request().pod().name()))
                .min(Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())
                        .thenComparing(pod -> pod.getMetadata().getName()));
    }

    /**
     * The verdict on a replacement, by what is stored of it.
     *
     * @param oldStamp a stamp that is not its own: that of the Pod before it, from a template
     */
    static Judgement judge(Pod replacement, @Nullable UUID oldStamp) {
        if (PodMapper.lacking(replacement).isEmpty()) {
            return new Judgement(Outcome.RECREATED, null);
        }
        UUID stamp = PodMapper.stamp(replacement);
        return stamp == null || stamp.equals(oldStamp)
                ? new Judgement(Outcome.MISSED_AGAIN, null)
                // The webhook was called, so this is no sign of an outage; to try again would not help.
                : new Judgement(Outcome.FAILED, RecreationReason.INCOMPLETE);
    }

    /** Whether a Pod does its work, or has done it. */
    static boolean isReady(Pod pod) {
        if (pod.getStatus() == null) {
            return false;
        }
        return "Succeeded".equals(pod.getStatus().getPhase())
                || pod.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "True".equals(condition.getStatus()));
    }
}
