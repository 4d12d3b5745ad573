package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.selectOne;

import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.db.tables.records.RecreationRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;

/** Reads the requests of the past that decisions about missed Pods rest on from the table {@code recreation}. */
final class PastRequests {

    private PastRequests() {}

    /**
     * Requests for these Pods and for others of their owners, and all that may be under way; by owner key, oldest
     * first. Those for one of these Pods are its owner's, even if they name another one: an older version of a Pod that
     * comes late can tell of another owner than was known.
     */
    static Map<String, List<PastRecreation>> read(DSLContext tx, int webhook, List<MissedPod> pods, Instant now) {
        Map<UUID, String> owners =
                pods.stream().collect(toMap(pod -> pod.pod().uid(), MissedPod::ownerKey, (one, other) -> one));
        Field<Boolean> seen = field(exists(selectOne()
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(RECREATION.WEBHOOK_ID))
                .and(POD.POD_UID.eq(RECREATION.REPLACEMENT_UID))));
        Map<String, List<PastRecreation>> past = new HashMap<>();
        tx.select(RECREATION, seen)
                .from(RECREATION)
                .where(RECREATION.WEBHOOK_ID.eq(webhook))
                // Of a request that only its result is known of, nobody knows whether it was a dry run.
                .and(RECREATION.REQUESTED_AT.isNotNull())
                .and(isFor(pods).or(isOfOwner(pods)).or(isUnderWay(now)))
                .orderBy(RECREATION.REQUESTED_AT, RECREATION.REQUEST_ID)
                .forEach(found -> past.computeIfAbsent(owner(found.value1(), owners), owner -> new ArrayList<>())
                        .add(past(found.value1(), found.value2())));
        return past;
    }

    private static Condition isFor(List<MissedPod> pods) {
        return RECREATION.POD_UID.eq(
                any(pods.stream().map(pod -> pod.pod().uid()).toArray(UUID[]::new)));
    }

    private static Condition isOfOwner(List<MissedPod> pods) {
        return RECREATION
                .OWNER_UID
                .eq(any(MissedPod.owners(pods)))
                .or(RECREATION
                        .OWNER_UID
                        .isNull()
                        .and(Names.isAmong(RECREATION.NAMESPACE, RECREATION.POD_NAME, MissedPod.bare(pods))));
    }

    private static Condition isUnderWay(Instant now) {
        return RECREATION.OUTCOME.isNull().and(RECREATION.EXPIRES_AT.gt(now.minus(PastRecreation.ANSWER_GRACE)));
    }

    private static String owner(RecreationRecord request, Map<UUID, String> owners) {
        return owners.getOrDefault(
                request.getPodUid(),
                MissedPod.ownerKey(request.getOwnerUid(), request.getNamespace(), request.getPodName()));
    }

    private static PastRecreation past(RecreationRecord request, boolean replacementSeen) {
        return new PastRecreation(
                request.getPodUid(),
                request.getDryRun(),
                request.getRequestedAt(),
                request.getExpiresAt(),
                request.getOutcome(),
                request.getFinishedAt(),
                replacementSeen);
    }
}
