package dev.injectionauditor.auditor.remediate;

import java.time.Duration;

/** How a request stands after a look at it. */
sealed interface Visit {

    /**
     * It has come a step further, which is written, and can be looked at again at once.
     *
     * @param entry as it is now
     */
    record Further(Entry entry) implements Visit {}

    /**
     * There is nothing to do but to wait.
     *
     * @param pause when to look again
     */
    record Later(Duration pause) implements Visit {}

    /** It is answered. */
    record Done() implements Visit {}
}
