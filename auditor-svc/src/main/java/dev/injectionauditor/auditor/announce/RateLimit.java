package dev.injectionauditor.auditor.announce;

import java.time.Duration;
import java.time.Instant;

/** Allows so many in any minute, at first all at once. For one thread. */
final class RateLimit {

    private static final double MINUTE = Duration.ofMinutes(1).toMillis();

    private final int perMinute;
    private double left;
    private Instant countedAt = Instant.EPOCH;

    RateLimit(int perMinute) {
        this.perMinute = perMinute;
    }

    /** Takes one, if there is one. */
    boolean allows(Instant now) {
        double grown = Math.max(0, Duration.between(countedAt, now).toMillis()) * (perMinute / MINUTE);
        left = Math.min(perMinute, left + grown);
        countedAt = now;
        if (left < 1) {
            return false;
        }
        left--;
        return true;
    }
}
