package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_SETTING;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_SPAN;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;

import dev.injectionauditor.auditor.audit.sql.Names;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.db.enums.EvidenceKind;
import dev.injectionauditor.auditor.policy.Clocks;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/** Reads what a round of decisions rests on. All of it is history; nothing is kept in memory between rounds. */
final class RecreationFacts {

    private static final Condition REAL = RECREATION.DRY_RUN.isFalse();

    private final DSLContext tx;
    private final int webhook;
    private final String cluster;

    RecreationFacts(DSLContext tx, int webhook, String cluster) {
        this.tx = tx;
        this.webhook = webhook;
        this.cluster = cluster;
    }

    RecreationRound.Known read(Duration quietPeriod, Instant now) {
        List<MissedPod> pods = MissedPodTable.read(tx, webhook);
        Map<String, List<PastRecreation>> past = pods.isEmpty() ? Map.of() : PastRequests.read(tx, webhook, pods, now);
        return new RecreationRound.Known(
                pods,
                namespaces(),
                outlook(quietPeriod, now),
                past,
                pods.isEmpty() ? Map.of() : lastInjected(pods),
                spent(now));
    }

    /** In short, what the decisions rest on. Read it first: what comes between the two then counts as new. */
    DecisionInputs inputs(Duration quietPeriod, Instant now) {
        return DecisionInputs.read(tx, webhook, outlook(quietPeriod, now), now);
    }

    private Outlook outlook(Duration quietPeriod, Instant now) {
        boolean open = tx.fetchExists(OUTAGE, OUTAGE.WEBHOOK_ID.eq(webhook).and(OUTAGE.ENDED_BEFORE.isNull()));
        Instant lastEnd = latest(OUTAGE.ENDED_BEFORE, OUTAGE.WEBHOOK_ID.eq(webhook));
        return new Outlook(
                open,
                lastEnd == null ? null : lastEnd.plus(quietPeriod),
                latest(
                        WATCHED_SPAN.UNTIL_AT,
                        // What a wrong clock has told of the future must not hide what a right one tells.
                        WATCHED_SPAN.WEBHOOK_ID.eq(webhook).and(WATCHED_SPAN.UNTIL_AT.le(Clocks.latest(now)))),
                breaker());
    }

    Breaker breaker() {
        Condition own = RECREATION.WEBHOOK_ID.eq(webhook).and(REAL);
        Instant missedAgain = latest(RECREATION.FINISHED_AT, own.and(RECREATION.OUTCOME.eq(Outcome.MISSED_AGAIN)));
        return missedAgain == null
                ? Breaker.CLOSED
                : Breaker.of(
                        missedAgain,
                        latest(RECREATION.REQUESTED_AT, own.and(RECREATION.OUTCOME.eq(Outcome.RECREATED))),
                        latest(
                                EVIDENCE.AT,
                                EVIDENCE.WEBHOOK_ID.eq(webhook).and(EVIDENCE.KIND.eq(inline(EvidenceKind.applied)))));
    }

    private @Nullable Instant latest(TableField<?, Instant> time, Condition condition) {
        return tx.select(max(time))
                .from(Objects.requireNonNull(time.getTable()))
                .where(condition)
                .fetchSingle()
                .value1();
    }

    private Map<String, RecreationMode> namespaces() {
        return tx.select(RECREATION_SETTING.NAMESPACE, RECREATION_SETTING.MODE)
                .from(RECREATION_SETTING)
                .where(RECREATION_SETTING.WEBHOOK_ID.eq(webhook))
                .and(RECREATION_SETTING.MODE.isNotNull())
                .fetchMap(RECREATION_SETTING.NAMESPACE, RECREATION_SETTING.MODE);
    }

    /** Only of owners with a request: of others nobody asks how they have fared. */
    private Map<String, Instant> lastInjected(List<MissedPod> pods) {
        Set<UUID> tried = new HashSet<>(tx.selectDistinct(RECREATION.OWNER_UID)
                .from(RECREATION)
                .where(RECREATION.WEBHOOK_ID.eq(webhook))
                .and(RECREATION.OWNER_UID.eq(any(MissedPod.owners(pods))))
                .and(REAL)
                .fetch(RECREATION.OWNER_UID));
        Map<String, Instant> newest = new HashMap<>();
        if (!tried.isEmpty()) {
            tx.select(POD.OWNER_UID, max(POD.CREATED_AT))
                    .from(POD)
                    .where(POD.WEBHOOK_ID.eq(webhook))
                    .and(POD.OWNER_UID.eq(any(tried.toArray(UUID[]::new))))
                    .and(POD.VERDICT.eq(Verdict.INJECTED))
                    .groupBy(POD.OWNER_UID)
                    .forEach(found -> newest.put(found.value1().toString(), found.value2()));
        }
        tx.select(POD.NAMESPACE, POD.POD_NAME, max(POD.CREATED_AT))
                .from(POD)
                .where(POD.WEBHOOK_ID.eq(webhook))
                .and(POD.OWNER_UID.isNull())
                .and(POD.VERDICT.eq(Verdict.INJECTED))
                .and(Names.isAmong(POD.NAMESPACE, POD.POD_NAME, MissedPod.bare(pods)))
                .groupBy(POD.NAMESPACE, POD.POD_NAME)
                .forEach(found -> newest.put(MissedPod.ownerKey(null, found.value1(), found.value2()), found.value3()));
        return newest;
    }

    private List<Spending.Spent> spent(Instant now) {
        return tx.select(RECREATION.NAMESPACE, RECREATION.DRY_RUN, RECREATION.REQUESTED_AT)
                .from(RECREATION)
                .join(WATCHED_WEBHOOK)
                .on(WATCHED_WEBHOOK.WEBHOOK_ID.eq(RECREATION.WEBHOOK_ID))
                .where(WATCHED_WEBHOOK.CLUSTER.eq(cluster))
                .and(RECREATION.REQUESTED_AT.gt(now.minus(Duration.ofMinutes(1))))
                .fetch(found -> new Spending.Spent(found.value1(), found.value2(), found.value3()));
    }
}
