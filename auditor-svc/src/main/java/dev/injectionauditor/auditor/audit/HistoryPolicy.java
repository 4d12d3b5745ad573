package dev.injectionauditor.auditor.audit;

import java.time.Duration;

/**
 * How the history is kept.
 *
 * @param quietPeriod how long calls must be applied again before an outage counts as over, longer than zero
 * @param retention how long rows of single Pods are kept, longer than zero; misses and outages are kept for good
 * @param grace how long the admission event of a stamp, or the Pod of an admission event, may take to come
 */
public record HistoryPolicy(Duration quietPeriod, Duration retention, Duration grace) {

    /** What the options default to. */
    public static HistoryPolicy defaults() {
        return new HistoryPolicy(Duration.ofSeconds(5), Duration.ofDays(30), Duration.ofMinutes(5));
    }
}
