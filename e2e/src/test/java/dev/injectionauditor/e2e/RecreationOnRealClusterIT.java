package dev.injectionauditor.e2e;

import static dev.injectionauditor.e2e.Recreations.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.junit.Manifests;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Recreation by the built-in remediator on the real cluster that is at hand, in one history. Where there is no
 * kube-controller-manager, {@link StandInControllers} take its part.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecreationOnRealClusterIT {

    private static final String NAMESPACE = Stage.NAMESPACE;
    private static final int ATTEMPTS = 3;
    private static final String REQUESTS = "select count(*) from recreation where requested_at is not null";
    private static final String OPEN = "select count(*) from outage_history where open";

    private Stage stage;
    private KubernetesClient client;
    private Recreations recreations;
    private EvictionGate gate;
    private StandInControllers controllers;
    private Judge judge;
    private Instant began;

    @BeforeAll
    void start() throws Exception {
        Cluster cluster = Clusters.startReal(Files.createTempDirectory("injection-auditor-cluster"));
        Path folder = Files.createTempDirectory("injection-auditor-e2e");
        stage = new Stage(
                folder,
                cluster,
                "recreate",
                "--recreation-allow=jobs,bare-pods",
                "--recreation-backoff=1s",
                "--recreation-attempts=" + ATTEMPTS);
        client = cluster.client();
        recreations = new Recreations(stage);
        gate = new EvictionGate(folder.resolve("gate"), cluster);
        if (!cluster.hasControllers()) {
            controllers = new StandInControllers(client);
        }
        judge = new Judge(cluster, new History(stage.jdbcUrl()));
        System.out.println("Recreation is tested on " + cluster.description());
        // Probes: the auditor works, and the API server has learned of the webhook.
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> recreations.count("select count(*) from evidence where kind = 'applied'") > 1);
        began = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    @AfterAll
    void stop() throws Exception {
        if (stage != null) {
            judge.report(System.out, Path.of("target", "e2e-" + getClass().getSimpleName() + ".md"), List.of());
            gate.close();
            if (controllers != null) {
                controllers.close();
            }
            stage.close();
            stage.cluster().close();
        }
    }

    @BeforeEach
    void awaitQuiet() throws Exception {
        heal();
        await().atMost(PATIENCE).until(() -> recreations.count(OPEN) == 0);
    }

    @Test
    void shouldHaveThePodsOfControllersReplaced() throws Exception {
        // Given missed Pods of a ReplicaSet and a StatefulSet
        recreations.miss(Manifests.replicaSet(NAMESPACE, "web", 3), "web", 3);
        recreations.miss(Manifests.statefulSet(NAMESPACE, "db", 2), "db", 2);

        // When
        heal();

        // Then each is replaced once, by a Pod with the injection, and people are told
        recreations.awaitRepaired("web", 3);
        recreations.awaitRepaired("db", 2);
        assertThat(recreations.outcomes("web")).containsExactly(tuple("recreated", null));
        assertThat(recreations.outcomes("db")).containsExactly(tuple("recreated", null));
        assertThat(reasons("ReplicaSet", "web")).contains("InjectionMissed", "Recreated");
        assertThat(reasons("Pod", "db-0")).contains("InjectionMissed", "Recreated");
    }

    @Test
    void shouldHaveThePodOfAJobReplaced() throws Exception {
        assumeThat(stage.cluster().hasControllers())
                .as("kube-controller-manager, which would make the Pods of a Job")
                .isTrue();
        // Given, when
        recreations.miss(
                new JobBuilder()
                        .withNewMetadata()
                        .withNamespace(NAMESPACE)
                        .withName("report")
                        .endMetadata()
                        .withNewSpec()
                        .withNewTemplateLike(Manifests.replicaSet(NAMESPACE, "report", 1)
                                .getSpec()
                                .getTemplate())
                        .editSpec()
                        .withRestartPolicy("Never")
                        .endSpec()
                        .endTemplate()
                        .endSpec()
                        .build(),
                "report",
                1);
        heal();

        // Then
        recreations.awaitRepaired("report", 1);
    }

    @Test
    void shouldCreateABarePodAgain() throws Exception {
        // Given
        Pod bare = new PodBuilder(Pods.bare(Map.of("app", "alone", "team", "blue")))
                .editMetadata()
                .withNamespace(NAMESPACE)
                .withName("alone-1")
                .endMetadata()
                .build();
        recreations.miss(bare, "alone", 1);
        List<String> before = recreations.uids("alone");

        // When
        heal();

        // Then there is another one of that name, with what it had and the injection
        recreations.awaitRepaired("alone", 1);
        Pod created = recreations.pods("alone").getFirst();
        assertThat(created.getMetadata().getName()).isEqualTo("alone-1");
        assertThat(created.getMetadata().getUid()).isNotEqualTo(before.getFirst());
        assertThat(created.getMetadata().getLabels()).containsEntry("team", "blue");
        assertThat(created.getSpec().getInitContainers()).hasSize(1);
        assertThat(recreations.outcomes("alone")).containsExactly(tuple("recreated", null));
    }

    @Test
    void shouldKeepToABudgetThatAllowsNoneAndThenOne() throws Exception {
        // Given two missed Pods under a budget that allows none to go
        recreations.miss(Manifests.replicaSet(NAMESPACE, "guarded", 2), "guarded", 2);
        List<String> before = recreations.uids("guarded");
        budget("guarded", "guarded", 0);

        // When
        heal();

        // Then they stay
        await().atMost(PATIENCE)
                .until(() -> recreations.outcomes("guarded").equals(List.of(tuple("refused", "disruption-budget"))));
        assertThat(recreations.uids("guarded")).isEqualTo(before);

        // When it allows one, then both are replaced, one after the other
        client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .withName("guarded")
                .edit(found -> {
                    found.getSpec().setMaxUnavailable(new IntOrString(1));
                    return found;
                });
        recreations.awaitRepaired("guarded", 2);
        assertThat(recreations.count("""
                        select count(*) from recreation_history one
                        join recreation_history other on other.pod_uid <> one.pod_uid
                         and other.requested_at < one.finished_at and one.requested_at < other.finished_at
                        where one.pod_name like 'guarded-%' and other.pod_name like 'guarded-%'"""))
                .as("requests of the owner that overlap")
                .isZero();
    }

    @Test
    void shouldSayThatAPodIsUnderTwoBudgets() throws Exception {
        // Given two budgets, each of which would let the Pod go; the API server answers with HTTP 500
        recreations.miss(Manifests.replicaSet(NAMESPACE, "twice", 1), "twice", 1);
        List<String> before = recreations.uids("twice");
        budget("twice-a", "twice", 1);
        budget("twice-b", "twice", 1);

        // When
        heal();

        // Then it stays, and the history says why
        await().atMost(PATIENCE)
                .until(() -> recreations.outcomes("twice").equals(List.of(tuple("refused", "several-budgets"))));
        assertThat(recreations.uids("twice")).isEqualTo(before);

        // When there is one
        client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .withName("twice-b")
                .delete();

        // Then it is replaced
        recreations.awaitRepaired("twice", 1);
    }

    @Test
    void shouldLeaveAPodAloneThatSomebodyElsePutInPlaceOfTheMissedOne() throws Exception {
        // Given an eviction that is decided on and sent, and not carried out yet
        recreations.miss(Manifests.statefulSet(NAMESPACE, "named", 1), "named", 1);
        String missed = recreations.uids("named").getFirst();
        gate.hold("named-0");
        heal();
        await().atMost(PATIENCE).until(() -> gate.evictions("named-0") == 1);

        // When somebody replaces the Pod, under its name, and then the eviction goes on
        client.pods().inNamespace(NAMESPACE).withName("named-0").delete();
        await().atMost(PATIENCE)
                .until(() -> recreations.pods("named").stream().anyMatch(Recreations::isInjected)
                        && !recreations.uids("named").contains(missed));
        List<String> others = recreations.uids("named");
        gate.open();

        // Then it meets the other Pod, which stays
        await().atMost(PATIENCE).until(() -> recreations.outcomes("named").equals(List.of(tuple("gone", "other-pod"))));
        assertThat(recreations.uids("named")).isEqualTo(others);
        assertThat(gate.evictions("named-0")).isOne();
    }

    @Test
    void shouldStopWhenAnOutageStartsInTheMiddleOfAWaveAndResumeAfter() throws Exception {
        // Given twelve missed Pods of three owners, and a repair that has begun
        for (String app : List.of("wave-a", "wave-b", "wave-c")) {
            recreations.miss(Manifests.replicaSet(NAMESPACE, app, 4), app, 4);
        }
        heal();
        String recreated =
                "select count(*) from recreation_history where outcome = 'recreated' and pod_name like 'wave-%'";
        await().atMost(PATIENCE).until(() -> recreations.count(recreated) >= 3);

        // When the webhook fails again
        stage.door().set(Fault.REFUSED);
        await().atMost(PATIENCE).until(() -> recreations.count(OPEN) == 1);

        // Then nothing more is requested, though Pods are still missed
        long requests = awaitSteadyRequests();
        assertThat(recreations.count(recreated)).isLessThan(12);
        assertThat(recreations.count("""
                        select count(*) from recreation_decision join pod using (webhook_id, pod_uid)
                        where pod_name like 'wave-%' and verdict = 'missed' and lifecycle = 'active'
                          and decision = 'wait' and reason = 'outage-open'""")).isPositive();

        // When it works again, then the rest is repaired
        heal();
        await().atMost(PATIENCE)
                .until(() -> List.of("wave-a", "wave-b", "wave-c").stream()
                        .allMatch(app -> recreations.pods(app).size() == 4
                                && recreations.pods(app).stream().allMatch(Recreations::isInjected)));
        assertThat(recreations.count(REQUESTS)).isGreaterThan(requests);
    }

    private long awaitSteadyRequests() throws Exception {
        long[] last = {-1};
        await().atMost(PATIENCE).during(Duration.ofSeconds(5)).until(() -> {
            long before = last[0];
            last[0] = recreations.count(REQUESTS);
            return last[0] == before;
        });
        return last[0];
    }

    @Test
    void shouldGiveUpAfterTheMostAttemptsWhereTheWebhookStaysBroken() throws Exception {
        // Given a webhook that is applied to others, probes among them, and never to one workload
        recreations.miss(Manifests.replicaSet(NAMESPACE, "cursed", 1), "cursed", 1);
        stage.door().set(Fault.DROPPED, "cursed");

        // When that one is given up
        String givenUp = """
                select count(*) from recreation_decision join pod using (webhook_id, pod_uid)
                where pod_name like 'cursed-%' and decision = 'never' and reason = 'attempts-exhausted'""";
        await().atMost(PATIENCE).until(() -> recreations.count(givenUp) == 1);

        // Then it was tried as often as is allowed, each time with a Pod that was missed again, and no more
        awaitSteadyRequests();
        assertThat(Rows.of(stage.jdbcUrl(), """
                        select attempt, outcome::text from recreation_history
                        where pod_name like 'cursed-%' and requested_at is not null order by requested_at"""))
                .containsExactly(tuple(1, "missed-again"), tuple(2, "missed-again"), tuple(3, "missed-again"));
        assertThat(recreations.missed("cursed")).isEqualTo(1 + ATTEMPTS);
        assertThat(recreations.pods("cursed")).hasSize(1);

        // And the breaker lets one through to try, whose success closes it
        await().atMost(PATIENCE).until(() -> recreations.breakers("half-open") == 1);
        recreations.miss(Manifests.replicaSet(NAMESPACE, "lucky", 1), "lucky", 1);
        stage.door().set(Fault.DROPPED, "cursed");
        recreations.awaitRepaired("lucky", 1);
        await().atMost(PATIENCE).until(() -> recreations.breakers("closed") == 1);
    }

    /** What the API servers logged is what the history says, replacements included, and nothing was evicted twice. */
    @Test
    @Order(Integer.MAX_VALUE)
    void shouldHaveToldTheTruth() throws Exception {
        judge.judge("recreation", began);
        assertThat(recreations.count("""
                        select count(*) - count(distinct pod_uid) from recreation
                        where outcome in ('recreated', 'missed-again', 'not-replaced')""")).isZero();
        assertThat(recreations.count("select count(*) from recreation where outcome in ('failed', 'not-replaced')"))
                .isZero();
    }

    private void heal() throws Exception {
        stage.door().set(Fault.NONE);
    }

    private void budget(String name, String app, int maxUnavailable) {
        client.resource(Manifests.budget(NAMESPACE, name, app, "maxUnavailable: " + maxUnavailable))
                .create();
        var budget = client.policy()
                .v1()
                .podDisruptionBudget()
                .inNamespace(NAMESPACE)
                .withName(name);
        await().atMost(PATIENCE)
                .until(() -> budget.get().getStatus() != null
                        && budget.get().getStatus().getObservedGeneration() != null
                        && budget.get().getStatus().getDisruptionsAllowed() == maxUnavailable);
    }

    private List<String> reasons(String kind, String name) {
        return client.events().v1().events().inNamespace(NAMESPACE).list().getItems().stream()
                .filter(event -> event.getRegarding().getKind().equals(kind)
                        && event.getRegarding().getName().equals(name))
                .map(event -> event.getReason())
                .toList();
    }
}
