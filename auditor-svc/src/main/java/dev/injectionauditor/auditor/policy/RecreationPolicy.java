package dev.injectionauditor.auditor.policy;

import dev.injectionauditor.schema.RecreationMode;
import java.time.Duration;

/**
 * What may be recreated, and how fast.
 *
 * @param mode whether to recreate, where neither Pod nor namespace says so
 * @param allowances which Pods may be recreated that otherwise are not
 * @param perMinute most requests, and most evictions, within a minute for one cluster, at least 1
 * @param perMinuteNamespace as above, for one namespace
 * @param maxAttempts most failed attempts in a row before an owner is given up, at least 1
 * @param backoff pause after a first attempt that did not help; doubled with each further one
 * @param minimumAge how old a Pod has to be, zero or more
 * @param requestLife how long a request may wait to be executed
 */
public record RecreationPolicy(
        RecreationMode mode,
        Allowances allowances,
        int perMinute,
        int perMinuteNamespace,
        int maxAttempts,
        Duration backoff,
        Duration minimumAge,
        Duration requestLife) {

    /** What the options default to: nothing is recreated. */
    public static RecreationPolicy defaults() {
        return new RecreationPolicy(
                RecreationMode.OFF,
                Allowances.NONE,
                30,
                10,
                3,
                Duration.ofSeconds(30),
                Duration.ZERO,
                Duration.ofMinutes(5));
    }

    /** The same with another mode. */
    public RecreationPolicy withMode(RecreationMode other) {
        return new RecreationPolicy(
                other, allowances, perMinute, perMinuteNamespace, maxAttempts, backoff, minimumAge, requestLife);
    }
}
