package dev.injectionauditor.auditor.policy;

import java.time.Duration;
import java.time.Instant;

/** How far the clocks of the processes can be trusted to agree. */
public final class Clocks {

    /** By how much they may differ: a third of the Lease's default duration, which the Leases need anyway. */
    public static final Duration DIFFERENCE = Duration.ofSeconds(5);

    /**
     * How far another clock may be ahead of this one. A time beyond that says nothing: it is from a clock that was set
     * wrong, and would count as new until it has come.
     */
    public static final Duration LONGEST_LEAD = Duration.ofSeconds(30);

    private Clocks() {}

    /** The last moment that another clock can have told by now. */
    public static Instant latest(Instant now) {
        return now.plus(LONGEST_LEAD);
    }
}
