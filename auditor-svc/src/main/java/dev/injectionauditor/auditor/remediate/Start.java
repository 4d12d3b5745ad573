package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Whether an eviction may be sent in this moment. */
sealed interface Start {

    /**
     * Yes, and the journal has it.
     *
     * @param entry as it is now
     */
    record Begun(Entry entry) implements Start {}

    /**
     * Not at all; nothing was done.
     *
     * @param reason null where the outcome says it all
     */
    record Never(Outcome outcome, @Nullable RecreationReason reason) implements Start {}

    /** Not while nobody watches the Pods, and so nobody knows of an outage. */
    record Unwatched() implements Start {}

    /**
     * Not yet.
     *
     * @param pause when to ask again
     */
    record Later(Duration pause) implements Start {}
}
