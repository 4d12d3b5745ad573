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

    /** In such words that an index has them. */
    static final Condition REAL = RECREATION.DRY_RUN.isFalse();

    private final DSLContext tx;
    private final int webhook;
    private final String cluster;

    RecreationFacts(DSLContext tx, int webhook, String cluster) {
        this.tx = tx;
        this.webhook = webhook;
        this.cluster = cluster;
    }

    /** @param maxAttempts so many failures of an owner are enough to know */
    RecreationRound.Known read(Duration quietPeriod, int maxAttempts, Instant now) {
        List<MissedPod> pods = MissedPodTable.read(tx, webhook);
        PastRequests past = pods.isEmpty() ? PastRequests.NONE : PastRequests.read(tx, webhook, pods, maxAttempts, now);
        return new RecreationRound.Known(
                pods,
                namespaces(),
                outlook(quietPeriod, now),
                past.byOwner(),
                past.ofPod(),
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
                breaker(now));
    }

    /** What a clock that is far ahead has told neither holds the breaker open nor closes it until then. */
    Breaker breaker(Instant now) {
        Instant missedAgain = missedAgain(now);
        return missedAgain == null
                ? Breaker.CLOSED
                : Breaker.of(
                        missedAgain,
                        latest(
                                RECREATION.REQUESTED_AT,
                                own(Outcome.RECREATED).and(RECREATION.REQUESTED_AT.le(Clocks.latest(now)))),
                        latest(
                                EVIDENCE.AT,
                                EVIDENCE.WEBHOOK_ID.eq(webhook).and(EVIDENCE.KIND.eq(inline(EvidenceKind.applied)))));
    }

    /** By the clock of the remediator; if that is far ahead, when it was requested has to do. */
    private @Nullable Instant missedAgain(Instant now) {
        Instant latest = Clocks.latest(now);
        Condition missed = own(Outcome.MISSED_AGAIN);
        Instant told = latest(RECREATION.FINISHED_AT, missed.and(RECREATION.FINISHED_AT.le(latest)));
        Instant requested = latest(
                RECREATION.REQUESTED_AT,
                missed.and(RECREATION.FINISHED_AT.gt(latest)).and(RECREATION.REQUESTED_AT.le(latest)));
        return told == null || (requested != null && requested.isAfter(told)) ? requested : told;
    }

    private Condition own(Outcome outcome) {
        return RECREATION.WEBHOOK_ID.eq(webhook).and(REAL).and(RECREATION.OUTCOME.eq(outcome));
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
