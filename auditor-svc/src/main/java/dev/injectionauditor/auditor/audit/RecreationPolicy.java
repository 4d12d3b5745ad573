package dev.injectionauditor.auditor.audit;

import java.time.Duration;

/**
 * What may be recreated, and how fast.
 *
 * @param mode whether to recreate at all
 * @param perMinute most requests within a minute for one cluster
 * @param maxAttempts most Pods of one owner tried in a row before it is given up
 * @param backoff pause after a first failed attempt; doubled with each further one
 * @param requestLife how long a request may wait to be executed
 */
public record RecreationPolicy(Mode mode, int perMinute, int maxAttempts, Duration backoff, Duration requestLife) {

    /** Whether missed Pods are recreated. */
    public enum Mode {
        /** They are only reported. */
        OFF,
        /** What would be done is requested as a dry run and reported. */
        PLAN,
        /** They are recreated. */
        RECREATE
    }
}
