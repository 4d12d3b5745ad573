package dev.injectionauditor.auditor.audit.recreation;

import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Wait;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.WaitReason;
import dev.injectionauditor.auditor.policy.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a webhook can be trusted with new Pods now.
 *
 * @param open whether an outage is open
 * @param settled from when on the last outage counts as over; null if there was none
 * @param watchedUntil until when the Pods were watched, by the observer's clock; null if nobody ever did
 * @param breaker state of its circuit breaker
 */
record Outlook(
        boolean open, @Nullable Instant settled, @Nullable Instant watchedUntil, Breaker breaker) {

    /** An observer tells every 5 s that it watches. Longer than that, so that a hiccup of Kafka does no harm. */
    static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

    /**
     * Why nothing may be recreated now; empty if nothing speaks against it.
     *
     * @param underWay whether a recreation is under way for the webhook
     */
    Optional<Wait> objection(boolean underWay, Instant now) {
        if (watchedUntil == null
                || watchedUntil.plus(LONGEST_SILENCE).isBefore(now)
                || watchedUntil.isAfter(Clocks.latest(now))) {
            return Optional.of(new Wait(WaitReason.NOT_WATCHED, null));
        }
        if (open) {
            return Optional.of(new Wait(WaitReason.OUTAGE_OPEN, null));
        }
        if (settled != null && settled.isAfter(now)) {
            return Optional.of(new Wait(WaitReason.OUTAGE_NOT_SETTLED, settled));
        }
        return switch (breaker) {
            case CLOSED -> Optional.empty();
            case OPEN -> Optional.of(new Wait(WaitReason.BREAKER_OPEN, null));
            case HALF_OPEN -> underWay ? Optional.of(new Wait(WaitReason.BREAKER_TRIAL, null)) : Optional.empty();
        };
    }
}
