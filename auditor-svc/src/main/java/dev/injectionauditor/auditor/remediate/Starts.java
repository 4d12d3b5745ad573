package dev.injectionauditor.auditor.remediate;

import dev.injectionauditor.auditor.policy.MinuteLimit;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Starts evictions, one after the other, so that each counts for the next. The last look at the brakes and limits
 * before the act: what was found out about the Pod may have taken minutes, as the API server is slow when there is an
 * outage.
 */
final class Starts {

    private final Journal journal;
    private final Brakes brakes;
    private final RecreationPolicy policy;
    private final InstantSource clock;

    Starts(Journal journal, Brakes brakes, RecreationPolicy policy, InstantSource clock) {
        this.journal = journal;
        this.brakes = brakes;
        this.policy = policy;
        this.clock = clock;
    }

    /** How long an eviction in this namespace would have to wait now; zero if it could go. */
    Duration pause(String namespace) {
        Instant now = clock.instant();
        return Pace.pause(namespace, journal.evictionsSince(now.minus(MinuteLimit.MINUTE)), policy, now);
    }

    /**
     * Writes that an eviction is sent, if it may be.
     *
     * @param ownersPods uids of the Pods that the owner has now
     * @param stamp of the Pod; null if it has none
     * @param bareSpec how a bare Pod is to be created again; null for others
     */
    synchronized Start begin(Entry accepted, Set<UUID> ownersPods, @Nullable UUID stamp, @Nullable String bareSpec) {
        Instant now = clock.instant();
        if (!now.isBefore(accepted.request().expiresAt())) {
            return new Start.Never(Outcome.EXPIRED, null);
        }
        Optional<RecreationReason> brake = brakes.against(accepted, now);
        if (brake.isPresent()) {
            return new Start.Never(Outcome.REFUSED, brake.get());
        }
        if (!brakes.isWatched(accepted, now)) {
            return new Start.Unwatched();
        }
        Duration pause = pause(accepted.request().pod().namespace());
        if (pause.isPositive()) {
            return new Start.Later(pause);
        }
        Entry entry = accepted.evicting(ownersPods, stamp, bareSpec, now);
        journal.write(accepted, entry);
        return new Start.Begun(entry);
    }
}
