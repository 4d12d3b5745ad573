package dev.injectionauditor.auditor.audit;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a batch changes what is known of a Pod.
 *
 * @param before null if it was not stored
 * @param after null if it is not to be stored
 */
record PodChange(@Nullable StoredPod before, @Nullable StoredPod after) {

    /** Whether anything is to be written. */
    boolean isChange() {
        return !Objects.equals(before, after);
    }

    /** The evidence that a stored Pod gives, if its verdict gives any. */
    static Optional<Evidence> evidence(@Nullable StoredPod pod) {
        if (pod == null) {
            return Optional.empty();
        }
        PodFacts facts = pod.facts();
        return kind(pod.verdict())
                .map(kind -> new Evidence(
                        facts.createdAt(), facts.resourceVersion(), facts.pod().uid(), kind));
    }

    static Optional<Evidence.Kind> kind(Verdict verdict) {
        return switch (verdict) {
            case INJECTED, INCOMPLETE -> Optional.of(Evidence.Kind.APPLIED);
            case MISSED -> Optional.of(Evidence.Kind.MISSED);
            case PRESET -> Optional.of(Evidence.Kind.PRESET);
            case EXEMPT, PREDATES -> Optional.empty();
        };
    }
}
