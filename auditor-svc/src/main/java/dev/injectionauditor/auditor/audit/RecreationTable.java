package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.RECREATION;

import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import java.util.List;
import org.jooq.DSLContext;

/**
 * The table {@code recreation}. Writing a request or a result again changes nothing: the first result of a request
 * holds.
 */
final class RecreationTable {

    private RecreationTable() {}

    static void writeRequests(DSLContext tx, int webhook, List<RecreationRequest> requests) {
        for (RecreationRequest request : requests) {
            tx.insertInto(RECREATION)
                    .set(RECREATION.WEBHOOK_ID, webhook)
                    .set(RECREATION.REQUEST_ID, request.requestId())
                    .set(RECREATION.POD_UID, request.pod().uid())
                    .set(RECREATION.NAMESPACE, request.pod().namespace())
                    .set(RECREATION.POD_NAME, request.pod().name())
                    .set(
                            RECREATION.OWNER_UID,
                            request.owner() == null ? null : request.owner().uid())
                    .set(RECREATION.ATTEMPT, request.attempt())
                    .set(RECREATION.DRY_RUN, request.dryRun())
                    .set(RECREATION.REQUESTED_AT, request.requestedAt())
                    .set(RECREATION.EXPIRES_AT, request.expiresAt())
                    .onConflictDoNothing()
                    .execute();
        }
    }

    static void writeResults(DSLContext tx, int webhook, List<RecreationResult> results) {
        for (RecreationResult result : results) {
            PodRef replacement = result.replacement();
            tx.update(RECREATION)
                    .set(RECREATION.OUTCOME, result.outcome())
                    .set(RECREATION.REASON, result.reason())
                    .set(RECREATION.REPLACEMENT_UID, replacement == null ? null : replacement.uid())
                    .set(RECREATION.REPLACEMENT_NAME, replacement == null ? null : replacement.name())
                    .set(RECREATION.FINISHED_AT, result.finishedAt())
                    .set(RECREATION.REMEDIATOR, result.remediator())
                    .where(RECREATION.WEBHOOK_ID.eq(webhook))
                    .and(RECREATION.REQUEST_ID.eq(result.requestId()))
                    .and(RECREATION.OUTCOME.isNull())
                    .execute();
        }
    }
}
