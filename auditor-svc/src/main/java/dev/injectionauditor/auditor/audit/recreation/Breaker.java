package dev.injectionauditor.auditor.audit.recreation;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The circuit breaker of a webhook: a replacement that was missed again shows that recreating does not help now. It is
 * computed from the history each time, so no restart forgets it.
 */
enum Breaker {
    /** Recreations may go on. */
    CLOSED,
    /** None may be requested. */
    OPEN,
    /** Calls have been applied again: one recreation at a time may show whether replacements are injected. */
    HALF_OPEN;

    /**
     * The state that the history gives.
     *
     * @param missedAgain when a replacement was last found to be missed again, null if never
     * @param succeeded when the last recreation was requested that ended with the injection, null if none did
     * @param applied when a call was last applied, to a Pod or a probe; null if never
     */
    static Breaker of(@Nullable Instant missedAgain, @Nullable Instant succeeded, @Nullable Instant applied) {
        if (missedAgain == null || (succeeded != null && succeeded.isAfter(missedAgain))) {
            return CLOSED;
        }
        return applied != null && applied.isAfter(missedAgain) ? HALF_OPEN : OPEN;
    }
}
