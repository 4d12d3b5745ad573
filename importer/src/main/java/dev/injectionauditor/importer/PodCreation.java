package dev.injectionauditor.importer;

import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an audit event tells of a Pod that was created.
 *
 * @param auditId identity of the request
 * @param at when the answer was complete, by the clock of the API server, to the microsecond
 * @param namespace of the Pod
 * @param name of the Pod; null if it was generated and the event has no response
 * @param podUid uid of the Pod; null if the event has no response
 * @param failedOpen whether the API server failed open for any webhook, validating ones included
 * @param applied for each mutating webhook that was to be called, by name: whether it was
 */
record PodCreation(
        UUID auditId,
        Instant at,
        String namespace,
        @Nullable String name,
        @Nullable UUID podUid,
        boolean failedOpen,
        Map<String, Boolean> applied)
        implements Line {}
