package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.max;

import dev.injectionauditor.auditor.db.tables.records.RecreationRecord;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.WatchedWebhook;
import dev.injectionauditor.service.Loop;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/** Looks at the missed Pods again and again and requests the recreation of those that may be recreated now. */
final class RecreationPlanner implements Loop.Work {

    /** Key of the advisory lock that makes one planner the only one. */
    private static final long LOCK = 0x1A_91A2L;

    private final DSLContext db;
    private final Outbox outbox;
    private final RecreationPolicy policy;
    private final Duration quietPeriod;
    private final InstantSource clock;

    RecreationPlanner(
            DSLContext db, Outbox outbox, RecreationPolicy policy, Duration quietPeriod, InstantSource clock) {
        this.db = db;
        this.outbox = outbox;
        this.policy = policy;
        this.quietPeriod = quietPeriod;
        this.clock = clock;
    }

    @Override
    public boolean runOnce() {
        if (policy.mode() == RecreationMode.OFF) {
            return false;
        }
        db.transaction(transaction -> {
            DSLContext tx = transaction.dsl();
            boolean mine = tx.select(DSL.function("pg_try_advisory_xact_lock", Boolean.class, DSL.val(LOCK)))
                    .fetchSingle()
                    .value1();
            if (mine) {
                tx.selectFrom(WATCHED_WEBHOOK)
                        .forEach(row ->
                                plan(tx, row.getWebhookId(), new WatchedWebhook(row.getCluster(), row.getWebhook())));
            }
        });
        return false;
    }

    private void plan(DSLContext tx, int webhook, WatchedWebhook source) {
        List<StoredPod> missed = PodTable.missedAndActive(tx, webhook);
        if (missed.isEmpty()) {
            return;
        }
        Instant now = clock.instant();
        RecreationRule.Outlook outlook = outlook(tx, webhook);
        Map<UUID, List<RecreationRule.Past>> past = past(tx, webhook, missed);
        int lastMinute = tx.fetchCount(
                RECREATION,
                RECREATION.WEBHOOK_ID.eq(webhook).and(RECREATION.REQUESTED_AT.gt(now.minus(Duration.ofMinutes(1)))));
        List<RecreationRequest> requests = new ArrayList<>();
        for (StoredPod pod : missed) {
            OwnerRef owner = pod.facts().owner();
            List<RecreationRule.Past> ofOwner =
                    owner == null ? List.of() : past.computeIfAbsent(owner.uid(), any -> new ArrayList<>());
            switch (RecreationRule.decide(pod, outlook, ofOwner, lastMinute + requests.size(), policy, now)) {
                case RecreationDecision.Request decision -> {
                    RecreationRequest request = request(pod, decision, ofOwner, now);
                    requests.add(request);
                    ofOwner.add(new RecreationRule.Past(
                            request.pod().uid(), request.dryRun(), now, request.expiresAt(), null, null));
                }
                case RecreationDecision.Wait wait -> {}
                case RecreationDecision.Never never -> {}
            }
        }
        RecreationTable.writeRequests(tx, webhook, requests);
        outbox.add(tx, source, requests);
    }

    private RecreationRequest request(
            StoredPod pod, RecreationDecision.Request decision, List<RecreationRule.Past> ofOwner, Instant now) {
        long before = ofOwner.stream()
                .filter(past -> past.pod().equals(pod.facts().pod().uid()))
                .count();
        return new RecreationRequest(
                RecreationRequest.requestId(pod.facts().pod(), (int) before + 1),
                pod.facts().pod(),
                pod.facts().owner(),
                decision.attempt(),
                decision.dryRun(),
                now,
                now.plus(policy.requestLife()));
    }

    private RecreationRule.Outlook outlook(DSLContext tx, int webhook) {
        boolean open = tx.fetchExists(OUTAGE, OUTAGE.WEBHOOK_ID.eq(webhook).and(OUTAGE.ENDED_BEFORE.isNull()));
        Instant lastEnd = tx.select(max(OUTAGE.ENDED_BEFORE))
                .from(OUTAGE)
                .where(OUTAGE.WEBHOOK_ID.eq(webhook))
                .fetchSingle()
                .value1();
        return new RecreationRule.Outlook(open, lastEnd == null ? null : lastEnd.plus(quietPeriod));
    }

    private static Map<UUID, List<RecreationRule.Past>> past(DSLContext tx, int webhook, List<StoredPod> missed) {
        UUID[] owners = missed.stream()
                .map(pod -> pod.facts().owner())
                .filter(owner -> owner != null)
                .map(OwnerRef::uid)
                .distinct()
                .toArray(UUID[]::new);
        Map<UUID, List<RecreationRule.Past>> past = new HashMap<>();
        for (RecreationRecord row : tx.selectFrom(RECREATION)
                .where(RECREATION.WEBHOOK_ID.eq(webhook))
                .and(RECREATION.OWNER_UID.eq(any(owners)))
                .orderBy(RECREATION.REQUESTED_AT, RECREATION.REQUEST_ID)) {
            past.computeIfAbsent(row.getOwnerUid(), any -> new ArrayList<>())
                    .add(new RecreationRule.Past(
                            row.getPodUid(),
                            row.getDryRun(),
                            row.getRequestedAt(),
                            row.getExpiresAt(),
                            row.getOutcome(),
                            row.getFinishedAt()));
        }
        return past;
    }
}
