package dev.injectionauditor.auditor.audit.outage;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The creation of a Pod, as the audit log of an API server tells of it.
 *
 * @param auditId identity of the request; a client may choose it, so the event is known by its time as well
 * @param at when the answer was complete, by the clock of the API server; cut to microseconds, which is what is stored
 * @param namespace of the Pod
 * @param name of the Pod; null if the log does not tell
 * @param podUid uid of the Pod; null if the log does not tell
 * @param failedOpen whether the API server failed open for any webhook, validating ones included
 * @param applied for each mutating webhook that was to be called, by name: whether it was applied
 */
public record LoggedCreation(
        UUID auditId,
        Instant at,
        String namespace,
        @Nullable String name,
        @Nullable UUID podUid,
        boolean failedOpen,
        Map<String, Boolean> applied) {

    /** Cuts the time to microseconds. */
    public LoggedCreation {
        at = at.truncatedTo(ChronoUnit.MICROS);
    }

    /** What it tells of one of its webhooks. */
    Evidence evidence(String webhook) {
        boolean wasApplied = applied.get(webhook);
        return new Evidence(
                at, 0, auditId, Evidence.Source.AUDIT, wasApplied ? Evidence.Kind.APPLIED : Evidence.Kind.MISSED);
    }
}
