package dev.injectionauditor.auditor.remediate;

import static dev.injectionauditor.auditor.remediate.Bench.NAMESPACE;
import static dev.injectionauditor.auditor.remediate.Bench.PATIENCE;
import static dev.injectionauditor.auditor.remediate.Bench.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.db.Tables;
import dev.injectionauditor.auditor.observe.pod.PodMapper;
import dev.injectionauditor.auditor.policy.Allowances;
import dev.injectionauditor.auditor.policy.Clocks;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.auditor.policy.RecreationSetting;
import dev.injectionauditor.localstack.FailOpenWebhook;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.localstack.junit.Manifests;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationReason;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.admissionregistration.v1.MutatingWebhookConfigurationBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of requests in a (simulated) cluster. */
class RemediateIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private Bench bench;

    @BeforeEach
    void start() throws Exception {
        bench = new Bench(SERVICES, database.get());
    }

    @AfterEach
    void stop() {
        bench.close();
    }

    @Test
    void shouldReplaceAMissedPodOnceAndTellWhichPodTookItsPlace() throws Exception {
        // Given a missed Pod among others, and a webhook that works again
        List<Pod> before = bench.missed("web", 3);
        bench.inject("web");
        bench.start();
        RecreationRequest request = request(before.getFirst());

        // When its recreation is requested, twice
        bench.send(request);
        RecreationResult result = bench.execute(request);

        // Then it was evicted once, the others were left alone, and the replacement is named
        await().atMost(PATIENCE).until(() -> bench.pods("web").size() == 3);
        List<Pod> after = new ArrayList<>(bench.pods("web"));
        after.removeAll(before);
        assertThat(bench.pods("web")).doesNotContain(before.getFirst()).contains(before.get(1), before.get(2));
        assertThat(result.outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(result.reason()).isNull();
        assertThat(result.replacement().uid().toString())
                .isEqualTo(after.getFirst().getMetadata().getUid());
        assertThat(result.owner()).isEqualTo(request.owner());
        assertThat(bench.evictions(before.getFirst())).isOne();
        // And no list of Pods was read at one go, however large the namespace might be
        assertThat(bench.proxy.calls())
                .filteredOn(GatedProxy.Call::isListOfPods)
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.uri()).contains("limit=500").doesNotContain("resourceVersion"));
        // And it is counted
        assertThat(bench.metrics
                        .get("injection_auditor_recreations")
                        .tag("outcome", "recreated")
                        .counter()
                        .count())
                .isOne();
    }

    @Test
    void shouldTellWhenTheReplacementIsMissedAgainAndStopTheWave() throws Exception {
        // Given missed Pods of two owners, and a webhook that is not applied
        Pod first = bench.missed("web", 1).getFirst();
        Pod second = bench.missed("api", 1).getFirst();
        // By the clock of the auditor, which is ahead
        RecreationRequest later = decided(request(second), Instant.now().plusSeconds(4));
        bench.start();

        // When one is recreated, and a request comes that was decided before its result
        RecreationResult missedAgain = bench.execute(request(first));
        RecreationResult stopped = bench.execute(later);

        // Then the second is left alone
        assertThat(missedAgain.outcome()).isEqualTo(Outcome.MISSED_AGAIN);
        assertThat(stopped.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(stopped.reason()).isEqualTo(RecreationReason.BREAKER_OPEN.text());
        assertThat(bench.evictions(second)).isZero();

        // And a request that was decided with the result known is executed
        bench.inject("api");
        Instant then = missedAgain.finishedAt().plus(Clocks.DIFFERENCE).plusMillis(1);
        assertThat(bench.execute(again(decided(later, then))).outcome()).isEqualTo(Outcome.RECREATED);
    }

    private static RecreationRequest decided(RecreationRequest request, Instant at) {
        return new RecreationRequest(
                request.requestId(), request.pod(), request.owner(), 1, false, at, request.expiresAt());
    }

    @Test
    void shouldLeaveAPodThatTheWebhookIsNotForAnyMore() throws Exception {
        // Given a missed Pod, whose namespace has been taken from the webhook since
        Pod pod = bench.missed("web", 1).getFirst();
        selectNamespaces("not-there");
        bench.start();

        // When its recreation is requested, then it is left alone
        RecreationResult result = bench.execute(request(pod));
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.reason()).isEqualTo(RecreationReason.OUT_OF_SCOPE.text());
        assertThat(bench.evictions(pod)).isZero();

        // And so it is when the webhook is not configured at all
        bench.client
                .resource(FailOpenWebhook.ofNobody("hooks", Bench.SOURCE.webhook()))
                .delete();
        assertThat(bench.execute(again(request(pod))).reason()).isEqualTo(RecreationReason.OUT_OF_SCOPE.text());
        assertThat(bench.evictions(pod)).isZero();
    }

    private void selectNamespaces(String label) {
        bench.client
                .resource(new MutatingWebhookConfigurationBuilder(
                                FailOpenWebhook.ofNobody("hooks", Bench.SOURCE.webhook()))
                        .editFirstWebhook()
                        .withNewNamespaceSelector()
                        .addToMatchLabels(label, "")
                        .endNamespaceSelector()
                        .endWebhook()
                        .build())
                .update();
    }

    private static RecreationRequest again(RecreationRequest request) {
        return new RecreationRequest(
                "again", request.pod(), request.owner(), 2, false, request.requestedAt(), request.expiresAt());
    }

    @Test
    void shouldStopTheWaveWhenAnOutageOpens() throws Exception {
        // Given an open outage, of which the request cannot have known
        Pod pod = bench.missed("web", 1).getFirst();
        bench.database.jooq().execute("""
                insert into injection_auditor.outage
                select gen_random_uuid(), webhook_id, null, now(), now(), null, 1, 0, 0, 0
                from injection_auditor.watched_webhook""");
        bench.start();

        // When, then
        assertRefused(pod, RecreationReason.OUTAGE_OPEN);
    }

    @Test
    void shouldNotEvictWhileNobodyWouldNoticeAnOutage() throws Exception {
        // Given a cluster that nobody watches
        Pod pod = bench.missed("web", 1).getFirst();
        bench.inject("web");
        bench.watchNoLonger();
        bench.start();

        // When
        RecreationResult expired = bench.execute(request(pod, Duration.ofSeconds(15)));

        // Then the request waits for as long as it lives
        assertThat(expired.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(expired.reason()).isEqualTo(RecreationReason.NOT_WATCHED.text());
        assertThat(bench.evictions(pod)).isZero();

        // And another one is executed once somebody watches again
        RecreationRequest waiting = again(request(pod));
        bench.send(waiting);
        await().atMost(PATIENCE).until(() -> journalled("again"));
        bench.watch();
        assertThat(bench.awaitResult(waiting).outcome()).isEqualTo(Outcome.RECREATED);
    }

    /** Executes a request for a Pod, which is then as it was. */
    private void assertRefused(Pod pod, RecreationReason reason) throws Exception {
        RecreationResult result = bench.execute(request(pod));
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.reason()).isEqualTo(reason.text());
        assertThat(bench.evictions(pod)).isZero();
    }

    private boolean journalled(String requestId) {
        return bench.database
                .jooq()
                .fetchExists(Tables.REMEDIATION_JOURNAL, Tables.REMEDIATION_JOURNAL.REQUEST_ID.eq(requestId));
    }

    @Test
    void shouldKeepToABudgetThatAllowsNoneAndThenOne() throws Exception {
        // Given a budget that allows no disruption
        List<Pod> pods = bench.missed("web", 2);
        bench.inject("web");
        budget("strict", 2);
        bench.start();

        // When
        RecreationRequest request = request(pods.getFirst());
        RecreationResult refused = bench.execute(request);

        // Then the Pod stays, and that is known at once: nobody tries again and again
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.reason()).isEqualTo(RecreationReason.DISRUPTION_BUDGET.text());
        assertThat(bench.pods("web")).hasSize(2).contains(pods.getFirst());
        assertThat(bench.proxy.calls().stream().filter(GatedProxy.Call::isEviction))
                .hasSize(1);

        // When it allows one, then
        bench.client
                .policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .withName("strict")
                .delete();
        budget("mild", 1);
        RecreationRequest again = new RecreationRequest(
                "again", request.pod(), request.owner(), 1, false, Instant.now(), request.expiresAt());
        assertThat(bench.execute(again).outcome()).isEqualTo(Outcome.RECREATED);
    }

    @Test
    void shouldRefuseAPodUnderTwoBudgets() throws Exception {
        // Given two budgets that would both allow it; HTTP says 201
        Pod pod = bench.missed("web", 3).getFirst();
        budget("one", 1);
        budget("two", 1);
        bench.start();

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then
        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.reason()).isEqualTo(RecreationReason.SEVERAL_BUDGETS.text());
        assertThat(bench.pods("web")).hasSize(3).contains(pod);
    }

    @Test
    void shouldLeaveAloneThePodThatSomebodyElsePutInItsPlace() throws Exception {
        // Given a Pod of a StatefulSet that is replaced, under the same name, after the decision and before the
        // eviction
        Pod pod = statefulSet("db");
        AtomicBoolean replaced = new AtomicBoolean();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (uri.endsWith("/eviction") && replaced.compareAndSet(false, true)) {
                    bench.client.resource(pod).delete();
                    awaitOther(pod);
                }
                return null;
            }
        });
        bench.start();

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then the precondition held
        Pod other = bench.pods("db").getFirst();
        assertThat(replaced).isTrue();
        assertThat(result.outcome()).isEqualTo(Outcome.GONE);
        assertThat(result.reason()).isEqualTo(RecreationReason.OTHER_POD.text());
        assertThat(other.getMetadata().getName()).isEqualTo("db-0");
        assertThat(other.getMetadata().getDeletionTimestamp()).isNull();
        assertThat(bench.evictions(pod)).isZero();

        // And a request for a Pod that is gone is answered
        RecreationRequest old = request(pod);
        RecreationRequest late =
                new RecreationRequest("late", old.pod(), old.owner(), 1, false, old.requestedAt(), old.expiresAt());
        assertThat(bench.execute(late).outcome()).isEqualTo(Outcome.GONE);
    }

    @Test
    void shouldFindTheReplacementOfAStatefulSetByItsName() throws Exception {
        Pod pod = statefulSet("db");
        bench.start();

        RecreationResult result = bench.execute(request(pod));

        assertThat(result.replacement().name()).isEqualTo("db-0");
        assertThat(result.replacement().uid().toString())
                .isNotEqualTo(pod.getMetadata().getUid())
                .isEqualTo(bench.pods("db").getFirst().getMetadata().getUid());
    }

    @Test
    void shouldGiveAReplacementItsTimeFromWhenThePodIsGone() throws Exception {
        // Given a Pod of a StatefulSet that takes longer to end than a replacement may take to come
        Pod pod = statefulSet("db");
        setFinalizers(pod, List.of("example.org/slow"));
        bench.start(
                Bench.policy(Allowances.NONE),
                () -> true,
                new Remediator.Waiting(Duration.ofMillis(1), Duration.ofMinutes(1)));
        RecreationRequest request = request(pod);

        // When it is evicted, and looked at several times
        bench.send(request);
        await().atMost(PATIENCE).until(() -> bench.evictions(pod) == 1);
        int looks = bench.proxy.calls().size();
        await().atMost(PATIENCE).until(() -> bench.proxy.calls().size() > looks + 5);

        // Then nobody says that it was not replaced
        assertThat(bench.results(request.requestId())).isEmpty();

        // And when it is gone, then its replacement is found, or that none came in time
        setFinalizers(pod, List.of());
        assertThat(bench.awaitResult(request).outcome()).isIn(Outcome.MISSED_AGAIN, Outcome.NOT_REPLACED);
    }

    @Test
    void shouldEvictOnePodOfAnOwnerThatReplacesNothing() throws Exception {
        // Given two Pods of a controller that is away
        List<Pod> pods = List.of(ownedByNobodyThatRuns("web-a"), ownedByNobodyThatRuns("web-b"));
        bench.start(
                Bench.policy(Allowances.NONE),
                () -> true,
                new Remediator.Waiting(Duration.ofMillis(100), Duration.ofMinutes(1)));

        // When one is evicted and none takes its place
        RecreationResult first = bench.execute(request(pods.getFirst()));
        RecreationResult second = bench.execute(request(pods.get(1), Duration.ofSeconds(3)));

        // Then the other one stays
        assertThat(first.outcome()).isEqualTo(Outcome.NOT_REPLACED);
        assertThat(second.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(second.reason()).isEqualTo(RecreationReason.REPLACEMENT_NOT_READY.text());
        assertThat(bench.evictions(pods.get(1))).isZero();
    }

    @Test
    void shouldWaitForAReplacementWhateverTheClockSays() throws Exception {
        // Given a Pod of a controller that is away
        Pod pod = ownedByNobodyThatRuns("web-a");
        bench.start(
                Bench.policy(Allowances.NONE),
                () -> true,
                new Remediator.Waiting(Duration.ofMinutes(10), Duration.ofMinutes(1)));
        RecreationRequest request = request(pod);
        bench.send(request);
        await().atMost(PATIENCE).until(() -> bench.evictions(pod) == 1);

        // When the clock is put forward by hours, and looks follow
        bench.clockError = Duration.ofHours(3);
        int looks = bench.proxy.calls().size();
        await().atMost(PATIENCE).until(() -> bench.proxy.calls().size() > looks + 3);

        // Then nobody says that it was not replaced
        assertThat(bench.results(request.requestId())).isEmpty();

        // And when that time has really passed, then somebody does
        bench.skip(Duration.ofMinutes(10));
        assertThat(bench.awaitResult(request).outcome()).isEqualTo(Outcome.NOT_REPLACED);
    }

    @Test
    void shouldStopWhereSeveralOwnersReplaceNothing() throws Exception {
        // Given Pods of four controllers that are away
        List<Pod> pods = new ArrayList<>();
        for (String name : List.of("a", "b", "c", "d")) {
            pods.add(ownedByNobodyThatRuns(name));
        }
        bench.start(
                Bench.policy(Allowances.NONE),
                () -> true,
                new Remediator.Waiting(Duration.ofMillis(100), Duration.ofMinutes(1)));

        // When three of them are evicted and none is replaced
        for (Pod pod : pods.subList(0, 3)) {
            assertThat(bench.execute(request(pod)).outcome()).isEqualTo(Outcome.NOT_REPLACED);
        }
        RecreationResult fourth = bench.execute(request(pods.get(3)));

        // Then the fourth stays
        assertThat(fourth.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(fourth.reason()).isEqualTo(RecreationReason.BREAKER_OPEN.text());
        assertThat(bench.evictions(pods.get(3))).isZero();
    }

    @Test
    void shouldEvictNoFasterThanIsAllowedHoweverManyRequestsWait() throws Exception {
        // Given requests for two owners that come at once, and one Pod a minute
        Pod first = bench.missed("web", 1).getFirst();
        Pod second = bench.missed("api", 1).getFirst();
        bench.inject("web");
        bench.inject("api");
        RecreationPolicy slow = new RecreationPolicy(
                RecreationMode.RECREATE, Allowances.NONE, 1, 1, 3, Duration.ZERO, Duration.ZERO, Duration.ofMinutes(5));
        List<RecreationRequest> requests =
                List.of(request(first, Duration.ofSeconds(10)), request(second, Duration.ofSeconds(10)));
        for (RecreationRequest request : requests) {
            bench.send(request);
        }

        // When they are taken on
        bench.start(slow, () -> true, RemediateRole.WAITING);
        List<Outcome> outcomes = new ArrayList<>();
        for (RecreationRequest request : requests) {
            outcomes.add(bench.awaitResult(request).outcome());
        }

        // Then one is evicted, and the other one is not before its time is over
        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.RECREATED, Outcome.EXPIRED);
        assertThat(bench.evictions(first) + bench.evictions(second)).isOne();
    }

    @Test
    void shouldStopWhenTheNamespaceIsSwitchedOff() throws Exception {
        Pod pod = bench.missed("web", 1).getFirst();
        switchNamespaceOff();
        bench.start();

        RecreationResult result = bench.execute(request(pod));

        assertThat(result.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(result.reason()).isEqualTo(RecreationReason.SWITCHED_OFF.text());
        assertThat(bench.evictions(pod)).isZero();
    }

    @Test
    void shouldStopWhenTheNamespaceIsSwitchedOffWhileItsPodsAreListed() throws Exception {
        // Given a list of Pods that takes a minute, in which recreation is switched off
        Pod pod = bench.missed("web", 1).getFirst();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (uri.contains("/pods?")) {
                    switchNamespaceOff();
                    bench.skip(Duration.ofMinutes(1));
                }
                return null;
            }
        });
        bench.start();

        // When, then
        assertRefused(pod, RecreationReason.SWITCHED_OFF);
    }

    @Test
    void shouldEvictAfterASlowListIfNothingHasChanged() throws Exception {
        // Given a first list of Pods that takes a minute
        Pod pod = bench.missed("web", 1).getFirst();
        bench.inject("web");
        AtomicBoolean slow = new AtomicBoolean();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (uri.contains("/pods?") && slow.compareAndSet(false, true)) {
                    bench.skip(Duration.ofMinutes(1));
                }
                return null;
            }
        });
        bench.start();

        // When, then
        assertThat(bench.execute(request(pod)).outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(bench.evictions(pod)).isOne();
    }

    @Test
    void shouldRecreateThePodsOfAnOwnerOneAfterTheOther() throws Exception {
        // Given a replacement that does not become ready
        List<Pod> pods = bench.missed("web", 2);
        bench.inject("web");
        bench.start();
        RecreationResult first = bench.execute(request(pods.getFirst()));
        setReady(first.replacement().name(), "False");

        // When the next one is requested, and dies of old age
        RecreationRequest second = request(pods.get(1), Duration.ofSeconds(3));
        RecreationResult expired = bench.execute(second);

        // Then it was not evicted
        assertThat(expired.outcome()).isEqualTo(Outcome.EXPIRED);
        assertThat(expired.reason()).isEqualTo(RecreationReason.REPLACEMENT_NOT_READY.text());
        assertThat(bench.evictions(pods.get(1))).isZero();

        // When the replacement is ready, then
        setReady(first.replacement().name(), "True");
        RecreationRequest third = new RecreationRequest(
                "third",
                second.pod(),
                second.owner(),
                1,
                false,
                Instant.now(),
                Instant.now().plusSeconds(60));
        assertThat(bench.execute(third).outcome()).isEqualTo(Outcome.RECREATED);
    }

    @Test
    void shouldBePatientWithAnApiServerThatThrottlesOrDoesNotAnswer() throws Exception {
        // Given one that throttles, then fails before it has done anything, then after
        Pod pod = bench.missed("web", 1).getFirst();
        bench.inject("web");
        AtomicInteger evictions = new AtomicInteger();
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public GatedProxy.@Nullable Answer before(String method, String uri) {
                if (!uri.endsWith("/eviction")) {
                    return null;
                }
                return switch (evictions.incrementAndGet()) {
                    case 1 -> failure(429, "TooManyRequests", "\"details\":{\"retryAfterSeconds\":1},");
                    case 2 -> failure(504, "Timeout", "");
                    case 3 -> {
                        bench.client.raw(uri, "POST", EvictionBodies.of(pod));
                        yield failure(504, "Timeout", "");
                    }
                    default -> throw new AssertionError("evicted again");
                };
            }
        });
        bench.start();

        // When
        RecreationResult result = bench.execute(request(pod));

        // Then it was recreated once
        assertThat(result.outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(evictions).hasValue(3);
    }

    @Test
    void shouldNotActOnceItsLeaseMayBeLost() throws Exception {
        // Given a process that is deposed while its decision is on the way
        Pod pod = bench.missed("web", 1).getFirst();
        bench.inject("web");
        AtomicBoolean leads = new AtomicBoolean(true);
        CountDownLatch deposed = new CountDownLatch(1);
        bench.proxy.gate(new GatedProxy.Gate() {
            @Override
            public void after(GatedProxy.Call call) {
                if (call.method().equals("GET")) {
                    leads.set(false);
                    deposed.countDown();
                }
            }
        });
        RemediateRole old = bench.start(Allowances.NONE, leads::get);
        RecreationRequest request = request(pod);
        bench.send(request);
        deposed.await();

        // When another one takes over
        await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> bench.evictions(pod) == 0);
        bench.proxy.open();
        bench.start();

        // Then only that one acts
        assertThat(bench.awaitResult(request).remediator()).isEqualTo("bench-1");
        assertThat(bench.awaitResult(request).outcome()).isEqualTo(Outcome.RECREATED);
        assertThat(bench.evictions(pod)).isOne();
        assertThat(old.hasRunWithin(PATIENCE)).isTrue();
    }

    @Test
    void shouldRecreateEachPodOnceIfTwoBelieveToLead() throws Exception {
        // Given two active remediators, as no Lease can quite rule out
        List<Pod> pods = new ArrayList<>();
        for (int owner = 0; owner < 6; owner++) {
            pods.addAll(bench.missed("web-" + owner, 2));
            bench.inject("web-" + owner);
        }
        bench.start();
        bench.start();

        // When
        List<RecreationRequest> requests = pods.stream().map(Bench::request).toList();
        for (RecreationRequest request : requests) {
            bench.send(request);
        }

        // Then each was evicted once, and has one result, however often that was sent
        for (RecreationRequest request : requests) {
            bench.awaitResult(request);
        }
        await().atMost(PATIENCE).until(() -> open() == 0);
        assertThat(bench.created()).isEqualTo(2 * pods.size());
        assertThat(bench.results().stream().distinct()).hasSameSizeAs(pods);
        for (int owner = 0; owner < 6; owner++) {
            assertThat(bench.pods("web-" + owner))
                    .hasSize(2)
                    .allMatch(pod -> PodMapper.lacking(pod).isEmpty());
        }
    }

    private int open() {
        return bench.database.jooq().fetchCount(Tables.REMEDIATION_JOURNAL, Tables.REMEDIATION_JOURNAL.STEP.ne("done"));
    }

    private static GatedProxy.Answer failure(int code, String reason, String more) {
        return new GatedProxy.Answer(
                code,
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\"," + more + "\"reason\":\"" + reason
                        + "\",\"code\":" + code + "}");
    }

    private void switchNamespaceOff() {
        bench.client
                .namespaces()
                .withName(NAMESPACE)
                .edit(namespace -> new NamespaceBuilder(namespace)
                        .editMetadata()
                        .addToLabels(RecreationSetting.MODE_KEY, "off")
                        .endMetadata()
                        .build());
    }

    private void budget(String name, int minAvailable) {
        bench.client
                .resource(Manifests.budget(NAMESPACE, name, "web", "minAvailable: " + minAvailable))
                .create();
    }

    private Pod statefulSet(String name) {
        bench.client.resource(Manifests.statefulSet(NAMESPACE, name, 1)).create();
        await().atMost(PATIENCE)
                .until(() ->
                        bench.pods(name).stream().filter(Replacement::isReady).count() == 1);
        return bench.pods(name).getFirst();
    }

    /** A missed Pod with a controller that is known to replace its Pods, but does not run here. */
    private Pod ownedByNobodyThatRuns(String name) {
        bench.client
                .resource(new PodBuilder(Manifests.pod(NAMESPACE, name))
                        .editMetadata()
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("ReplicationController")
                        .withName(name.substring(0, 1))
                        .withUid(new UUID(4, name.charAt(0)).toString())
                        .withController(true)
                        .endOwnerReference()
                        .endMetadata()
                        .build())
                .create();
        return await().atMost(PATIENCE)
                .until(
                        () -> bench.client
                                .pods()
                                .inNamespace(NAMESPACE)
                                .withName(name)
                                .get(),
                        Replacement::isReady);
    }

    private void setFinalizers(Pod pod, List<String> finalizers) {
        bench.client
                .pods()
                .inNamespace(NAMESPACE)
                .withName(pod.getMetadata().getName())
                .edit(live -> new PodBuilder(live)
                        .editMetadata()
                        .withFinalizers(finalizers)
                        .endMetadata()
                        .build());
    }

    private void awaitOther(Pod pod) {
        await().atMost(PATIENCE)
                .until(() -> bench.pods("db").stream()
                        .anyMatch(each -> Replacement.isReady(each)
                                && !each.getMetadata()
                                        .getUid()
                                        .equals(pod.getMetadata().getUid())));
    }

    private void setReady(String name, String status) {
        bench.client.pods().inNamespace(NAMESPACE).withName(name).editStatus(pod -> {
            pod.getStatus().getConditions().stream()
                    .filter(condition -> condition.getType().equals("Ready"))
                    .forEach(condition -> condition.setStatus(status));
            return pod;
        });
    }
}
