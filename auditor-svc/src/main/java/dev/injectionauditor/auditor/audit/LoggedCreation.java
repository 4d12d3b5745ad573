package dev.injectionauditor.auditor.audit;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The creation of a Pod, as the audit log of an API server tells of it.
 *
 * @param auditId identity of the request: what makes a repeated event known
 * @param at when the answer was complete, by the clock of the API server
 * @param namespace of the Pod
 * @param name of the Pod; null if the log does not tell
 * @param podUid uid of the Pod; null if the log does not tell
 * @param applied for each mutating webhook that was to be called, by name: whether it was applied
 */
public record LoggedCreation(
        UUID auditId,
        Instant at,
        String namespace,
        @Nullable String name,
        @Nullable UUID podUid,
        Map<String, Boolean> applied) {

    Evidence evidence(boolean wasApplied) {
        return new Evidence(
                at, 0, auditId, Evidence.Source.AUDIT, wasApplied ? Evidence.Kind.APPLIED : Evidence.Kind.MISSED);
    }
}
