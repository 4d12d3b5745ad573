package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static java.util.stream.Collectors.toMap;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.noCondition;

import dev.injectionauditor.auditor.audit.recreation.NewestRequests.Request;
import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.db.tables.records.RecreationRecord;
import dev.injectionauditor.auditor.policy.Clocks;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;

/**
 * The requests of the past that decisions about missed Pods rest on, from the table {@code recreation}. A Pod that a
 * budget never lets go gets a request again and again, so what does not matter any more is not read.
 *
 * @param byOwner requests by owner key, oldest first: all that may be under way, and of each Pod in question and each
 *     owner of one the newest of each outcome
 * @param ofPod how many requests there have ever been for each Pod in question that has any
 */
record PastRequests(Map<String, List<PastRecreation>> byOwner, Map<UUID, Integer> ofPod) {

    static final PastRequests NONE = new PastRequests(Map.of(), Map.of());

    /** So many of each outcome, or as many as there may be attempts: with more, pauses get no longer. */
    static final int NEWEST = 16;

    private static final Comparator<Request> OLDEST_FIRST = Comparator.comparing(
                    (Request request) -> request.row().getRequestedAt())
            .thenComparing(request -> request.row().getRequestId());

    /**
     * Reads them. Those for one of these Pods are its owner's, even if they name another one: an older version of a Pod
     * that comes late can tell of another owner than was known.
     *
     * @param maxAttempts most failures in a row that make a difference
     */
    static PastRequests read(DSLContext tx, int webhook, List<MissedPod> pods, int maxAttempts, Instant now) {
        Map<UUID, String> owners =
                pods.stream().collect(toMap(pod -> pod.pod().uid(), MissedPod::ownerKey, (one, other) -> one));
        Condition isForOne = RECREATION.POD_UID.eq(any(owners.keySet().toArray(UUID[]::new)));
        NewestRequests newest = new NewestRequests(tx, webhook, Math.max(NEWEST, maxAttempts));
        // Some are found in more than one way.
        Map<String, Request> found = new HashMap<>();
        List.of(
                        newest.all(isUnderWay(now)),
                        newest.ofEach(List.of(RECREATION.POD_UID), noCondition(), isForOne),
                        newest.ofEach(
                                List.of(RECREATION.OWNER_UID),
                                RecreationFacts.REAL,
                                RECREATION.OWNER_UID.eq(any(MissedPod.owners(pods)))),
                        newest.ofEach(
                                List.of(RECREATION.NAMESPACE, RECREATION.POD_NAME),
                                RecreationFacts.REAL.and(RECREATION.OWNER_UID.isNull()),
                                Names.isAmong(RECREATION.NAMESPACE, RECREATION.POD_NAME, MissedPod.bare(pods))))
                .forEach(some -> some.forEach(request -> found.put(request.row().getRequestId(), request)));
        Map<String, List<PastRecreation>> byOwner = new HashMap<>();
        found.values().stream()
                .sorted(OLDEST_FIRST)
                .forEach(request -> byOwner.computeIfAbsent(owner(request.row(), owners), owner -> new ArrayList<>())
                        .add(past(request, now)));
        return new PastRequests(byOwner, counts(tx, webhook, isForOne));
    }

    private static Map<UUID, Integer> counts(DSLContext tx, int webhook, Condition which) {
        return tx.select(RECREATION.POD_UID, count())
                .from(RECREATION)
                .where(RECREATION.WEBHOOK_ID.eq(webhook))
                .and(NewestRequests.KNOWN)
                .and(which)
                .groupBy(RECREATION.POD_UID)
                .fetchMap(RECREATION.POD_UID, count());
    }

    private static Condition isUnderWay(Instant now) {
        return RecreationFacts.REAL
                .and(RECREATION.OUTCOME.isNull())
                .and(RECREATION.EXPIRES_AT.gt(now.minus(PastRecreation.ANSWER_GRACE)));
    }

    private static String owner(RecreationRecord request, Map<UUID, String> owners) {
        return owners.getOrDefault(
                request.getPodUid(),
                MissedPod.ownerKey(request.getOwnerUid(), request.getNamespace(), request.getPodName()));
    }

    private static PastRecreation past(Request request, Instant now) {
        RecreationRecord row = request.row();
        Instant finished = row.getFinishedAt();
        // What a clock that is far ahead has told would keep the owner waiting until then.
        boolean isBelieved = finished == null || !finished.isAfter(Clocks.latest(now));
        return new PastRecreation(
                row.getPodUid(),
                row.getDryRun(),
                row.getRequestedAt(),
                row.getExpiresAt(),
                row.getOutcome(),
                isBelieved ? finished : row.getRequestedAt(),
                request.replacementSeen());
    }
}
