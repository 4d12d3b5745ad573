package dev.injectionauditor.localstack.cluster.admission;

import java.time.Instant;

/**
 * A call of a mutating webhook for an object that was created, as the API server knows it.
 *
 * @param webhook name of the webhook
 * @param uid of the object; of a dry run it means nothing
 * @param namespace of the object
 * @param name of the object
 * @param createdAt its creationTimestamp: whole seconds
 * @param version its resourceVersion when it was created; 0 of a dry run
 * @param receivedAt when it was asked for, by the same clock
 * @param at when it was stored, or would have been, by the same clock
 * @param applied whether there was a valid answer; if not, the API server failed open
 * @param dryRun whether nothing was stored
 */
public record AdmissionCall(
        String webhook,
        String uid,
        String namespace,
        String name,
        Instant createdAt,
        long version,
        Instant receivedAt,
        Instant at,
        boolean applied,
        boolean dryRun) {}
