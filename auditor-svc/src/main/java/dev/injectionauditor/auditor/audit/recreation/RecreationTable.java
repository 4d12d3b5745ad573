package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static org.jooq.impl.DSL.excluded;

import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import java.util.List;
import org.jooq.DSLContext;

/**
 * The table {@code recreation}. Request and result come from two topics, so either may come first. Writing one again
 * changes nothing: the first result of a request holds.
 */
public final class RecreationTable {

    private RecreationTable() {}

    /** Adds requests, or what a request tells to a row that a result has made. */
    public static void writeRequests(DSLContext tx, int webhook, List<RecreationRequest> requests) {
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
                    .onConflict(RECREATION.WEBHOOK_ID, RECREATION.REQUEST_ID)
                    .doUpdate()
                    .set(RECREATION.OWNER_UID, excluded(RECREATION.OWNER_UID))
                    .set(RECREATION.ATTEMPT, excluded(RECREATION.ATTEMPT))
                    .set(RECREATION.DRY_RUN, excluded(RECREATION.DRY_RUN))
                    .set(RECREATION.REQUESTED_AT, excluded(RECREATION.REQUESTED_AT))
                    .set(RECREATION.EXPIRES_AT, excluded(RECREATION.EXPIRES_AT))
                    .where(RECREATION.REQUESTED_AT.isNull())
                    .execute();
        }
    }

    /** Adds results, or what a result tells to the row of its request. */
    public static void writeResults(DSLContext tx, int webhook, List<RecreationResult> results) {
        for (RecreationResult result : results) {
            PodRef replacement = result.replacement();
            tx.insertInto(RECREATION)
                    .set(RECREATION.WEBHOOK_ID, webhook)
                    .set(RECREATION.REQUEST_ID, result.requestId())
                    .set(RECREATION.POD_UID, result.pod().uid())
                    .set(RECREATION.NAMESPACE, result.pod().namespace())
                    .set(RECREATION.POD_NAME, result.pod().name())
                    .set(RECREATION.OUTCOME, result.outcome())
                    .set(RECREATION.REASON, result.reason())
                    .set(RECREATION.REPLACEMENT_UID, replacement == null ? null : replacement.uid())
                    .set(RECREATION.REPLACEMENT_NAME, replacement == null ? null : replacement.name())
                    .set(RECREATION.FINISHED_AT, result.finishedAt())
                    .set(RECREATION.REMEDIATOR, result.remediator())
                    .onConflict(RECREATION.WEBHOOK_ID, RECREATION.REQUEST_ID)
                    .doUpdate()
                    .set(RECREATION.OUTCOME, excluded(RECREATION.OUTCOME))
                    .set(RECREATION.REASON, excluded(RECREATION.REASON))
                    .set(RECREATION.REPLACEMENT_UID, excluded(RECREATION.REPLACEMENT_UID))
                    .set(RECREATION.REPLACEMENT_NAME, excluded(RECREATION.REPLACEMENT_NAME))
                    .set(RECREATION.FINISHED_AT, excluded(RECREATION.FINISHED_AT))
                    .set(RECREATION.REMEDIATOR, excluded(RECREATION.REMEDIATOR))
                    .where(RECREATION.OUTCOME.isNull())
                    .execute();
        }
    }
}
