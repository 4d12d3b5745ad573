package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An outage window of a cluster whose audit log was imported.
 *
 * @param webhook name of the webhook
 * @param startedAfter last applied call before it; null if there is none
 * @param startedBy first call that was not applied
 * @param endedAfter last call that was not applied
 * @param endedBefore applied call that closed it; null while it is open
 * @param missed calls that were not applied
 * @param applied applied calls between the first and the last that were not
 */
public record LoggedOutage(
        String webhook,
        @Nullable Instant startedAfter,
        Instant startedBy,
        Instant endedAfter,
        @Nullable Instant endedBefore,
        long missed,
        long applied) {}
