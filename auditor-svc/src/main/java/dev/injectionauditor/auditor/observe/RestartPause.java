package dev.injectionauditor.auditor.observe;

import java.time.Duration;
import java.time.Instant;

/**
 * How long to wait before a new observer takes the place of one that lost observations: each start costs a list of all
 * Pods. The pause doubles with each loss, until an observer has gone on for a while without any. Used by one thread at
 * a time.
 */
final class RestartPause {

    static final Duration FIRST = Duration.ofSeconds(1);
    static final Duration LONGEST = Duration.ofMinutes(1);

    /** An observer that lived for this long had overcome what stopped the one before it. */
    static final Duration CALM = Duration.ofMinutes(5);

    private Duration pause = Duration.ZERO;
    private Instant started = Instant.MIN;
    private Instant lost = Instant.MIN;

    /** An observer has listed everything. */
    void started(Instant now) {
        started = now;
    }

    /**
     * It has lost something.
     *
     * @return the pause from now on
     */
    Duration lost(Instant now) {
        Duration doubled = pause.multipliedBy(2);
        if (pause.isZero() || !started.plus(CALM).isAfter(now)) {
            pause = FIRST;
        } else {
            pause = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
        }
        lost = now;
        return pause;
    }

    /** Whether the pause is over, or was never begun. A clock that was set back ends it, too. */
    boolean isOver(Instant now) {
        return now.isBefore(lost) || !now.isBefore(lost.plus(pause));
    }
}
