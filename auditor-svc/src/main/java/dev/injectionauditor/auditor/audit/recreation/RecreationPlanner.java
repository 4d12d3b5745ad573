package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.auditor.audit.outbox.Publisher;
import dev.injectionauditor.auditor.audit.recreation.RecreationDecision.Recreate;
import dev.injectionauditor.auditor.audit.recreation.RecreationRound.Decided;
import dev.injectionauditor.auditor.audit.sql.EachWebhook;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
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
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * Decides about the missed Pods again and again, writes down what was decided and requests the recreation of those that
 * may be recreated now. Runs in every mode, because Pods and namespaces can have their own. Decides about all Pods of a
 * webhook or, while nothing has changed and no moment has come that one of them waits for, about none.
 */
public final class RecreationPlanner implements Loop.Work {

    /** Key of the advisory lock that makes one planner the only one. */
    private static final long LOCK = 0x1A_91A2L;

    private final DSLContext db;
    private final Publisher outbox;
    private final RecreationPolicy policy;
    private final Duration quietPeriod;
    private final InstantSource clock;

    /** By webhook. What another replica decides shows in the inputs. */
    private final Map<Integer, Rest> rests = new HashMap<>();

    /**
     * A planner.
     *
     * @param outbox takes the requests
     * @param quietPeriod how long no call may have been missed before Pods are recreated
     */
    public RecreationPlanner(
            DSLContext db, Publisher outbox, RecreationPolicy policy, Duration quietPeriod, InstantSource clock) {
        this.db = db;
        this.outbox = outbox;
        this.policy = policy;
        this.quietPeriod = quietPeriod;
        this.clock = clock;
    }

    @Override
    public boolean runOnce() {
        EachWebhook.alone(
                MissedPodTable.webhooks(db),
                webhook -> db.transactionResult(transaction -> planAlone(transaction.dsl(), webhook))
                        .ifPresent(rest -> rests.put(webhook, rest)));
        return false;
    }

    private Optional<Rest> planAlone(DSLContext tx, int webhook) {
        boolean mine = tx.select(DSL.function("pg_try_advisory_xact_lock", Boolean.class, DSL.val(LOCK)))
                .fetchSingle()
                .value1();
        return mine ? plan(tx, webhook) : Optional.empty();
    }

    /** Decides if there is something new; returns until when the decisions hold, as soon as the transaction commits. */
    private Optional<Rest> plan(DSLContext tx, int webhook) {
        var row = tx.fetchSingle(WATCHED_WEBHOOK, WATCHED_WEBHOOK.WEBHOOK_ID.eq(webhook));
        Instant now = clock.instant();
        RecreationFacts facts = new RecreationFacts(tx, webhook, row.getCluster());
        DecisionInputs inputs = facts.inputs(quietPeriod, now);
        Rest rest = rests.get(webhook);
        if (rest != null && rest.holds(inputs, now)) {
            return Optional.empty();
        }
        RecreationRound.Known known = facts.read(quietPeriod, policy.maxAttempts(), now);
        List<Decided> decisions = RecreationRound.decide(known, policy, now);
        DecisionTable.write(tx, webhook, decisions, now);
        List<RecreationRequest> requests = new ArrayList<>();
        for (Decided decided : decisions) {
            if (decided.decision() instanceof Recreate recreate) {
                requests.add(request(decided, recreate, now));
            }
        }
        RecreationTable.writeRequests(tx, webhook, requests);
        outbox.add(tx, new WatchedWebhook(row.getCluster(), row.getWebhook()), requests);
        return Optional.of(Rest.after(known, decisions, inputs, now));
    }

    private RecreationRequest request(Decided decided, Recreate recreate, Instant now) {
        MissedPod pod = decided.pod();
        return new RecreationRequest(
                RecreationRequest.requestId(pod.pod(), decided.requestsBefore() + 1),
                pod.pod(),
                pod.owner(),
                recreate.attempt(),
                recreate.dryRun(),
                now,
                now.plus(policy.requestLife()));
    }
}
