package dev.injectionauditor.auditor.audit.verdict;

import dev.injectionauditor.auditor.audit.outage.Evidence;
import dev.injectionauditor.auditor.audit.outage.EvidenceChange;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a batch changes what is known of a Pod.
 *
 * @param before null if it was not stored
 * @param after null if it is not to be stored
 */
public record PodChange(
        @Nullable StoredPod before, @Nullable StoredPod after) {

    /** Whether anything is to be written. */
    public boolean isChange() {
        return !Objects.equals(before, after);
    }

    /** Whether the Pod was stored or is to be. */
    public boolean isOfStoredPod() {
        return before != null || after != null;
    }

    /** The uid of the Pod. */
    public UUID uid() {
        return facts().pod().uid();
    }

    /** What is known of the Pod; of one that is not to be stored any more, what was known. */
    public PodFacts facts() {
        return (after != null ? after : Objects.requireNonNull(before)).facts();
    }

    /** How the evidence changes that the Pod gives, if it gives any. */
    public Optional<EvidenceChange> evidence() {
        Evidence old = evidence(before);
        Evidence now = evidence(after);
        return old == null && now == null ? Optional.empty() : Optional.of(new EvidenceChange(old, now));
    }

    private static @Nullable Evidence evidence(@Nullable StoredPod pod) {
        if (pod == null) {
            return null;
        }
        PodFacts facts = pod.facts();
        return kind(pod.verdict())
                .map(kind -> new Evidence(
                        facts.createdAt(), facts.resourceVersion(), facts.pod().uid(), Evidence.Source.POD, kind))
                .orElse(null);
    }

    private static Optional<Evidence.Kind> kind(Verdict verdict) {
        return switch (verdict) {
            case INJECTED, INCOMPLETE -> Optional.of(Evidence.Kind.APPLIED);
            case MISSED -> Optional.of(Evidence.Kind.MISSED);
            case PRESET -> Optional.of(Evidence.Kind.PRESET);
            case EXEMPT, PREDATES -> Optional.empty();
        };
    }
}
