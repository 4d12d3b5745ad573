package dev.injectionauditor.auditor.audit.verdict;

import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationTraits;
import org.jspecify.annotations.Nullable;

/**
 * A Pod as the history has it.
 *
 * @param facts what the verdict rests on
 * @param lifecycle where it was in its life in the newest version seen
 * @param recreation what it said about being recreated in that version
 * @param lifecycleVersion that version
 * @param verdict never {@link Verdict#EXEMPT}: such Pods are not stored
 * @param cause why the call was missed; null if it was not
 */
public record StoredPod(
        PodFacts facts,
        Lifecycle lifecycle,
        RecreationTraits recreation,
        long lifecycleVersion,
        Verdict verdict,
        @Nullable Cause cause) {

    /** The same with another cause, or with none. */
    public StoredPod withCause(@Nullable Cause newCause) {
        return new StoredPod(facts, lifecycle, recreation, lifecycleVersion, verdict, newCause);
    }
}
