package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.audit.Auditing.REPLICA_SET;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.older;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_HISTORY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.auditor.audit.outbox.Publisher;
import dev.injectionauditor.auditor.db.enums.DecisionKind;
import dev.injectionauditor.auditor.db.enums.DecisionReason;
import dev.injectionauditor.auditor.db.tables.records.RecreationDecisionRecord;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** From the events of a cluster to requests and to what is written about them. */
class RecreationPlannerIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Duration QUIET = Duration.ofSeconds(5);

    private DSLContext db;
    private Auditing audit;
    private final List<RecreationRequest> requests = new ArrayList<>();

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
        // Given an outage that missed two Pods of one owner, and is over
        audit.write(injected(1, 0), missed(2, 10), missed(3, 11), injected(4, 20));
    }

    @Test
    void shouldWriteWhyNothingIsDoneAndOnlyWhenItChanges() {
        planAt(24, RecreationMode.RECREATE);
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.outage_not_settled);
        assertThat(decision(2).getUntilAt()).isEqualTo(at(25));

        planAt(24.5, RecreationMode.RECREATE);
        assertThat(decision(2).getDecidedAt()).as("the same decision").isEqualTo(at(24));

        planAt(25, RecreationMode.OFF);
        assertThat(decision(2).getDecision()).isEqualTo(DecisionKind.never);
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.off);
        assertThat(requests).isEmpty();
    }

    @Test
    void shouldRecreateOneAfterTheOtherAndTellTheStory() {
        // When
        planAt(30, RecreationMode.RECREATE);

        // Then one is requested, once, and the other waits
        assertThat(requests)
                .singleElement()
                .satisfies(request -> assertThat(request.requestId()).isEqualTo(uid(2) + "/1"));
        assertThat(decision(2).getDecision()).isEqualTo(DecisionKind.recreate);
        assertThat(decision(3).getReason()).isEqualTo(DecisionReason.owner_busy);
        planAt(31, RecreationMode.RECREATE);
        assertThat(requests).hasSize(1);
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.under_way);

        // When it has been recreated
        audit.write(
                later(missed(2, 10), Lifecycle.GONE),
                injected(5, 32),
                result(requests.getFirst(), Outcome.RECREATED, 5, 33));
        planAt(34, RecreationMode.RECREATE);

        // Then the next one is
        assertThat(requests).extracting(request -> request.pod().uid()).containsExactly(uid(2), uid(3));
        assertThat(db.select(
                                RECREATION_HISTORY.POD_UID,
                                RECREATION_HISTORY.LIFECYCLE,
                                RECREATION_HISTORY.OUTCOME,
                                RECREATION_HISTORY.REPLACEMENT_UID,
                                RECREATION_HISTORY.DECISION)
                        .from(RECREATION_HISTORY)
                        .orderBy(RECREATION_HISTORY.POD_UID)
                        .fetch(row -> List.of(row.intoList().toString())))
                .containsExactly(
                        List.of("[" + uid(2) + ", GONE, RECREATED, " + uid(5) + ", wait]"),
                        List.of("[" + uid(3) + ", ACTIVE, null, null, recreate]"));
    }

    @Test
    void shouldStopForTheWholeWebhookAfterAReplacementThatWasMissedAndTryOneLater() {
        // Given a Pod of another owner, and a replacement that was missed again
        OwnerRef other = missedAgainBesideAnotherOwner(32);

        // Then the outage stops all, and so does the breaker once evidence says that it is over
        planAt(33, RecreationMode.RECREATE);
        assertThat(decision(7).getReason()).isEqualTo(DecisionReason.outage_open);
        audit.write(injected(8, 32));
        planAt(50, RecreationMode.RECREATE);
        assertThat(decision(7).getReason()).isEqualTo(DecisionReason.breaker_open);
        assertThat(requests).hasSize(1);

        // When a probe is applied after that
        audit.write(new Signal.Probe(at(51), true, at(51), null));
        planAt(60, RecreationMode.RECREATE);

        // Then exactly one is let through, and its success opens the way for the rest
        assertThat(requests).hasSize(2);
        assertThat(requests.getLast().pod().uid()).isEqualTo(uid(7));
        planAt(61, RecreationMode.RECREATE);
        assertThat(requests).hasSize(2);
        assertThat(decision(3).getReason()).isEqualTo(DecisionReason.breaker_trial);
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        new RecreationGauges(db, metrics, audit).runOnce();
        assertThat(metrics.get("injection_auditor_missed_pods")
                        .tags("decision", "wait", "reason", "breaker-trial")
                        .gauge()
                        .value())
                .isEqualTo(2);
        assertThat(metrics.get("injection_auditor_recreation_breakers")
                        .tag("state", "half-open")
                        .gauge()
                        .value())
                .isEqualTo(1);
        audit.write(
                later(pod(7, 31, other, null, List.of("api")), Lifecycle.GONE),
                result(requests.getLast(), Outcome.RECREATED, 9, 62));
        planAt(62.5, RecreationMode.RECREATE);
        assertThat(requests).hasSize(3);
        assertThat(requests.getLast().attempt())
                .as("the owner's second in a row")
                .isEqualTo(2);
    }

    @Test
    void shouldFollowTheSettingOfTheNamespaceInTheOrderOfItsVersions() {
        // Given a namespace that switches it on, told of after a later change
        audit.write(new Signal.RecreationSetting("shop", RecreationMode.PLAN, "20", at(20)));
        audit.write(new Signal.RecreationSetting("shop", RecreationMode.RECREATE, "10", at(21)));

        // When
        planAt(30, RecreationMode.OFF);

        // Then
        assertThat(requests).extracting(RecreationRequest::dryRun).containsExactly(true, true);
        assertThat(decision(2).getDecision()).isEqualTo(DecisionKind.plan);
        assertThat(decision(2).getMode()).isEqualTo(RecreationMode.PLAN);
    }

    @Test
    void shouldNotRequestAgainWhatAResultSaysIsGoneBeforeItsEndIsObserved() {
        // Given a result that came before the end of its Pod, and a replacement that was injected
        planAt(30, RecreationMode.RECREATE);
        audit.write(injected(5, 32), result(requests.getFirst(), Outcome.RECREATED, 5, 33));

        // When
        planAt(34, RecreationMode.RECREATE);

        // Then only the other Pod of the owner is requested
        assertThat(requests).extracting(request -> request.pod().uid()).containsExactly(uid(2), uid(3));
        planAt(35, RecreationMode.RECREATE);
        assertThat(requests).hasSize(2);
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.owner_busy);
    }

    @Test
    void shouldRememberARequestWhoseOwnerTurnsOutToBeAnother() {
        // Given a request that was refused, and then an older version of its Pod, of another owner
        OwnerRef other = new OwnerRef("apps/v1", "ReplicaSet", "api", new UUID(7, 7));
        planAt(30, RecreationMode.RECREATE);
        audit.write(result(requests.getFirst(), Outcome.REFUSED, 5, 31));
        audit.write(older(pod(2, 10, other, null, List.of("web"))));

        // When
        planAt(32, RecreationMode.RECREATE);
        planAt(33, RecreationMode.RECREATE);

        // Then it counts, and only the Pod of the first owner is requested
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.backoff);
        assertThat(requests).extracting(RecreationRequest::requestId).containsExactly(uid(2) + "/1", uid(3) + "/1");

        // And the next request for it is another one
        planAt(100, RecreationMode.RECREATE);
        planAt(101, RecreationMode.RECREATE);
        assertThat(requests)
                .extracting(RecreationRequest::requestId)
                .containsExactly(uid(2) + "/1", uid(3) + "/1", uid(2) + "/2");
    }

    @Test
    void shouldNotWriteAgainWhatWaitsForALimitEachTimeThatSomethingElseIsRequested() {
        // Given four requests, then a fifth, which is all that a namespace may have within a minute
        audit.write(missedOfOwners(30, 33));
        planAt(30, RecreationMode.RECREATE);
        assertThat(requests).hasSize(4);
        audit.write(missedOfOwners(33, 40));
        planAt(31, RecreationMode.RECREATE);
        assertThat(requests).hasSize(5);

        // When a minute after the first four there is room for four again
        planAt(90.5, RecreationMode.RECREATE);
        assertThat(requests).hasSize(9);

        // Then what still waits, now until another moment, is not written again
        assertThat(db.fetch(RECREATION_DECISION, RECREATION_DECISION.REASON.eq(DecisionReason.namespace_limit)))
                .hasSize(2)
                .allSatisfy(waiting -> assertThat(waiting.getDecidedAt()).isEqualTo(at(31)));
    }

    @Test
    void shouldGoOnWithTheOtherWebhooksWhenOneFails() {
        // Given a second cluster with a missed Pod
        WatchedWebhook second = new WatchedWebhook("garden-2", Auditing.SOURCE.webhook());
        Signal watched = new Signal.Watched(at(0), at(30), Signal.Watched.Begin.STARTED);
        audit.now = at(30);
        audit.write(watched);
        audit.write(second, List.of(injected(11, 0), missed(12, 10), injected(14, 20), watched));

        // When the requests of the first one cannot be written
        RecreationPlanner planner = planner(RecreationMode.RECREATE, (tx, source, events) -> {
            if (source.equals(Auditing.SOURCE)) {
                throw new IllegalStateException("no room");
            }
            requests.addAll(Auditing.only(RecreationRequest.class, events));
        });

        // Then it is told, nothing of it stays, and the second one has its request
        assertThatThrownBy(planner::runOnce).hasMessage("no room");
        assertThat(requests).extracting(request -> request.pod().uid()).containsExactly(uid(12));
        assertThat(db.fetchValues(RECREATION_DECISION.POD_UID)).containsExactly(uid(12));
    }

    @Test
    void shouldReadNoMoreOfTheManyRequestsOfAnOwnerThanMatters() {
        // Given a Pod of an owner that failed twice, and was then refused for more than a year
        OwnerRef owner = new OwnerRef("apps/v1", "ReplicaSet", "api", new UUID(7, 7));
        audit.write(pod(7, 10, owner, null, List.of("api")));
        db.execute("""
                insert into injection_auditor.recreation
                    select webhook_id, pod_uid || '/' || n, pod_uid, namespace, pod_name, owner_uid, least(n, 3), false,
                           {0}::timestamptz - (20001 - n) * interval '32 minutes',
                           {0}::timestamptz - (20001 - n) * interval '32 minutes' + interval '5 minutes',
                           case when n < 3 then 'failed' else 'refused' end::injection_auditor.recreation_outcome,
                           null, null, null,
                           {0}::timestamptz - (20001 - n) * interval '32 minutes' + interval '1 second',
                           'somebody'
                    from injection_auditor.pod, generate_series(1, 20000) n
                    where pod_uid = {1}""", DSL.val(at(30).toString()), DSL.val(uid(7)));

        // When it is decided about before and after its pause, which is as long as they get
        planAt(30, RecreationMode.RECREATE);
        assertThat(decision(7).getReason()).isEqualTo(DecisionReason.backoff);
        assertThat(decision(7).getUntilAt()).isEqualTo(at(31));
        planAt(31, RecreationMode.RECREATE);

        // Then its next request has the next number, and is the third attempt
        RecreationRequest next = requests.stream()
                .filter(request -> request.pod().uid().equals(uid(7)))
                .findFirst()
                .orElseThrow();
        assertThat(next.requestId()).isEqualTo(uid(7) + "/20001");
        assertThat(next.attempt()).isEqualTo(3);

        // And few of the others are read
        int webhook = db.fetchSingle(POD, POD.POD_UID.eq(uid(7))).getWebhookId();
        PastRequests past = PastRequests.read(db, webhook, MissedPodTable.read(db, webhook), 3, at(32));
        assertThat(past.byOwner().get(owner.uid().toString()))
                .hasSize(2 + PastRequests.NEWEST + 1)
                .isSortedAccordingTo(Comparator.comparing(PastRecreation::requestedAt));
        assertThat(past.ofPod()).containsEntry(uid(7), 20_001);
    }

    @Test
    void shouldNotBeHeldByAResultOfAClockThatIsFarAhead() {
        // Given a Pod of another owner, and a replacement that was missed again, in ten hours as its remediator says
        missedAgainBesideAnotherOwner(36_000);

        // When a call was applied since, then one recreation is tried, of its owner
        audit.write(injected(8, 40));
        planAt(50, RecreationMode.RECREATE);
        assertThat(requests).extracting(request -> request.pod().uid()).containsExactly(uid(2), uid(3));
        assertThat(decision(7).getReason()).isEqualTo(DecisionReason.breaker_trial);

        // And its success opens the way for the rest
        audit.write(later(missed(3, 11), Lifecycle.GONE), result(requests.getLast(), Outcome.RECREATED, 9, 52));
        planAt(53, RecreationMode.RECREATE);
        assertThat(requests).extracting(request -> request.pod().uid()).containsExactly(uid(2), uid(3), uid(6), uid(7));
    }

    /**
     * Has a Pod of another owner missed, and a replacement missed again.
     *
     * @param finishedAt when that was found, as the remediator says
     * @return the other owner
     */
    private OwnerRef missedAgainBesideAnotherOwner(int finishedAt) {
        OwnerRef other = new OwnerRef("apps/v1", "ReplicaSet", "api", new UUID(7, 7));
        planAt(30, RecreationMode.RECREATE);
        audit.write(
                later(missed(2, 10), Lifecycle.GONE),
                missed(6, 31),
                pod(7, 31, other, null, List.of("api")),
                result(requests.getFirst(), Outcome.MISSED_AGAIN, 6, finishedAt));
        return other;
    }

    private static Event[] missedOfOwners(int from, int until) {
        return IntStream.range(from, until)
                .mapToObj(i -> pod(
                        i,
                        10,
                        new OwnerRef("apps/v1", "ReplicaSet", "owner-" + i, new UUID(8, i)),
                        null,
                        List.of("web")))
                .toArray(Event[]::new);
    }

    @Test
    void shouldWaitForAnObserver() {
        planAt(200, RecreationMode.RECREATE, 0);
        assertThat(decision(2).getReason()).isEqualTo(DecisionReason.not_watched);
    }

    private void planAt(double second, RecreationMode mode) {
        planAt(second, mode, second);
    }

    private void planAt(double second, RecreationMode mode, double watchedUntil) {
        audit.now = at(0).plusMillis((long) (second * 1000));
        audit.write(new Signal.Watched(
                at(0), at(0).plusMillis((long) (watchedUntil * 1000)), Signal.Watched.Begin.STARTED));
        planner(mode, (tx, source, events) -> requests.addAll(Auditing.only(RecreationRequest.class, events)))
                .runOnce();
    }

    private RecreationPlanner planner(RecreationMode mode, Publisher outbox) {
        return new RecreationPlanner(
                db,
                outbox,
                new RecreationPolicy(
                        mode, Allowances.NONE, 10, 5, 3, Duration.ofSeconds(30), Duration.ZERO, Duration.ofMinutes(5)),
                QUIET,
                audit);
    }

    private RecreationDecisionRecord decision(int pod) {
        return db.fetchSingle(RECREATION_DECISION, RECREATION_DECISION.POD_UID.eq(uid(pod)));
    }

    private static RecreationResult result(RecreationRequest request, Outcome outcome, int replacement, long second) {
        return new RecreationResult(
                request.requestId(),
                request.pod(),
                outcome,
                null,
                new PodRef("shop", REPLICA_SET.name() + "-" + replacement, uid(replacement)),
                at(second),
                "somebody",
                request.owner());
    }
}
