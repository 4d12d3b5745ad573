package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import org.jspecify.annotations.Nullable;

/**
 * A Pod as the history has it.
 *
 * @param facts what the verdict rests on
 * @param lifecycle where it was in its life in the newest version seen
 * @param lifecycleVersion that version
 * @param verdict never {@link Verdict#EXEMPT}: such Pods are not stored
 * @param cause why the call was missed; null if it was not
 */
record StoredPod(
        PodFacts facts,
        Lifecycle lifecycle,
        long lifecycleVersion,
        Verdict verdict,
        @Nullable Cause cause) {

    StoredPod withCause(@Nullable Cause newCause) {
        return new StoredPod(facts, lifecycle, lifecycleVersion, verdict, newCause);
    }
}
