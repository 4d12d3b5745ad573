package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.sun.net.httpserver.HttpExchange;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Outages of all kinds, one after the other in one history. Each ends with the judge's word on it; the last one judges
 * everything together and has everything repaired.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class Scenarios {

    private static final int LAST = 1_000;
    private static final boolean FULL = Boolean.getBoolean("long.tests");

    private final List<String> notes = new ArrayList<>();
    private Stage stage;
    private Judge judge;
    private Instant suiteBegan;
    private Instant began;

    /** Starts the cluster, or aborts with the reason why there is none. */
    abstract Cluster startCluster(Path folder) throws Exception;

    @BeforeAll
    void setTheStage() throws Exception {
        Path folder = Files.createTempDirectory("injection-auditor-e2e");
        stage = new Stage(folder, startCluster(Files.createTempDirectory("injection-auditor-cluster")));
        judge = new Judge(stage.cluster(), new History(stage.jdbcUrl()));
        // The auditor makes its tables when it starts.
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> new History(stage.jdbcUrl()).pods().isEmpty());
        System.out.println("Scenarios run on " + stage.cluster().description());
        awaitNextSecond();
        suiteBegan = now();
        new Pods(stage.cluster(), "warm-up").more(2);
        judge.judge("no outage", suiteBegan);
    }

    @AfterAll
    void leaveTheStage() throws Exception {
        if (stage != null) {
            judge.report(System.out, Path.of("target", "e2e-" + getClass().getSimpleName() + ".md"), notes);
            stage.close();
            stage.cluster().close();
        }
    }

    @BeforeEach
    void begin() throws Exception {
        // Or this outage is one with the last.
        await().until(() -> stage.cluster().calls(Stage.WEBHOOK).stream()
                .filter(call -> !call.applied())
                .allMatch(call ->
                        call.createdAt().plusSeconds(Stage.QUIET_SECONDS + 1).isBefore(Instant.now())));
        awaitNextSecond();
        began = now();
    }

    @AfterEach
    void end() throws Exception {
        stage.door().set(Fault.NONE);
    }

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "HANGING", "FAILING", "WRONG_AUTHORITY"})
    @Order(1)
    void shouldFindWhatAnOutageMissed(Fault fault) throws Exception {
        outage(fault.name().toLowerCase().replace('_', '-'), any -> true, fault);
    }

    @Test
    @Order(2)
    void shouldFindAnswersThatCameTooLate() throws Exception {
        // When
        outage("late", any -> true, Fault.LATE);

        // Then the history knows why
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(
                        () -> assertThat(new History(stage.jdbcUrl()).pods().values())
                                .filteredOn(pod -> pod.name().contains("/late-")
                                        && pod.verdict().equals("missed"))
                                .isNotEmpty()
                                .allMatch(pod -> pod.cause().orElse("").equals("late-answer")));
    }

    private void outage(String name, Predicate<HttpExchange> affected, Fault fault) throws Exception {
        wholeOutage(name, affected, fault);
        Judgement judgement = judge.judge(name, began);
        assertThat(judgement.failedOpen()).isPositive();
        assertThat(judgement.windows()).isOne();
    }

    private void wholeOutage(String name) throws Exception {
        wholeOutage(name, any -> true, Fault.REFUSED);
    }

    private void wholeOutage(String name, Predicate<HttpExchange> affected, Fault fault) throws Exception {
        Pods pods = new Pods(stage.cluster(), name);
        pods.more(2);
        harm(fault, affected);
        pods.more(3);
        heal();
        pods.more(2);
    }

    @Test
    @Order(3)
    void shouldFindAnOutageThatFlaps() throws Exception {
        int seconds = FULL ? 60 : 10;
        try (ScheduledExecutorService creator = Executors.newSingleThreadScheduledExecutor()) {
            creator.scheduleAtFixedRate(this::createBare, 0, 200, TimeUnit.MILLISECONDS);
            for (int second = 0; second < seconds; second++) {
                stage.door().set(second % 2 == 0 ? Fault.REFUSED : Fault.NONE);
                TimeUnit.SECONDS.sleep(1);
            }
            stage.door().set(Fault.NONE);
            creator.shutdown();
        }
        createBare();
        judge.judge("flapping every second for " + seconds + " s", began);
    }

    @Test
    @Order(4)
    void shouldTellAPartialOutageOfOneReplica() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        outage("one-of-two-replicas", any -> calls.getAndIncrement() % 2 == 0, Fault.DROPPED);
    }

    @Test
    @Order(5)
    void shouldTellAPartialOutageOfOneApiServer() throws Exception {
        KubernetesClient second = stage.cluster()
                .secondApiServer()
                .orElseGet(() -> skip("one of two API servers", "this cluster has one"));
        createBare();
        stage.door()
                .set(
                        Fault.DROPPED,
                        call -> ("Bearer " + Cluster.SECOND_TOKEN)
                                .equals(call.getRequestHeaders().getFirst("Authorization")));
        for (int i = 0; i < 3; i++) {
            Pods.createBare(second, Stage.NAMESPACE, Map.of());
            createBare();
        }
        heal();
        createBare();
        Judgement judgement = judge.judge("one of two API servers", began);
        assertThat(judgement.failedOpen()).isEqualTo(3);
    }

    @Test
    @Order(6)
    void shouldFindAnOutageInWhichNobodyCreatesPods() throws Exception {
        harm(Fault.REFUSED);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> stage.cluster().calls(Stage.WEBHOOK).stream()
                                .filter(call -> call.dryRun()
                                        && !call.applied()
                                        && !call.createdAt().isBefore(began))
                                .count()
                        >= 2);
        heal();
        Judgement judgement = judge.judge("no Pods, probe only", began);
        assertThat(judgement.pods()).isZero();
        assertThat(judgement.windows()).isOne();
    }

    @Test
    @Order(7)
    void shouldFollowNamespaceAndConfigurationThroughAnOutage() throws Exception {
        String namespace = Stage.NAMESPACE + "-moving";
        KubernetesClient client = stage.cluster().client();
        stage.configuration().createNamespace(namespace);
        awaitChange();
        Pods.createBare(client, namespace, Map.of());
        harm(Fault.REFUSED);
        Pods.createBare(client, namespace, Map.of());
        stage.configuration().hook(namespace, false);
        awaitChange();
        Pods.createBare(client, namespace, Map.of());
        stage.configuration().hook(namespace, true);
        awaitChange();
        Pods.createBare(client, namespace, Map.of());
        stage.configuration().exclude();
        awaitChange();
        Pods.createBare(client, namespace, Map.of(Configuration.EXCLUDED, "yes"));
        Pods.createBare(client, namespace, Map.of());
        heal();
        Pods.createBare(client, namespace, Map.of());
        Judgement judgement = judge.judge("namespace relabelled, configuration changed", began);
        assertThat(judgement.failedOpen()).isEqualTo(3);
    }

    @Test
    @Order(8)
    void shouldFindWhatWasMissedWhileNobodyLooked() throws Exception {
        stage.killAuditor();
        wholeOutage("killed-before");
        stage.startAuditor("off");
        judge.judge("auditor killed before the outage", began);
    }

    @Test
    @Order(9)
    void shouldGoOnWhenKilledInAnOutage() throws Exception {
        Pods pods = new Pods(stage.cluster(), "killed-during");
        pods.more(2);
        harm(Fault.REFUSED);
        pods.more(3);
        stage.killAuditor();
        pods.more(2);
        stage.startAuditor("off");
        heal();
        pods.more(2);
        judge.judge("auditor killed in the outage", began);
    }

    @Test
    @Order(10)
    void shouldGoOnWhenKilledAfterAnOutage() throws Exception {
        wholeOutage("killed-after");
        stage.killAuditor();
        stage.startAuditor("off");
        judge.judge("auditor killed after the outage", began);
    }

    @Test
    @Order(11)
    void shouldCatchUpWhenKafkaWasDown() throws Exception {
        stage.kafka().stop();
        wholeOutage("kafka-down");
        stage.kafka().startAgain();
        judge.judge("Kafka down in the outage", began);
    }

    @Test
    @Order(12)
    void shouldCatchUpWhenPostgresWasDown() throws Exception {
        stage.postgres().stop();
        wholeOutage("postgres-down");
        stage.postgres().startAgain();
        judge.judge("PostgreSQL down in the outage", began);
    }

    @Test
    @Order(13)
    void shouldGoOnWhenTheApiServerRestarts() throws Exception {
        Pods pods = new Pods(stage.cluster(), "api-server-restarted");
        pods.more(2);
        harm(Fault.REFUSED);
        pods.more(3);
        if (!stage.cluster().restartApiServer()) {
            skip("API server restarted", "this cluster's cannot be restarted from here");
        }
        pods.more(1);
        heal();
        pods.more(2);
        judge.judge("API server restarted in the outage", began);
    }

    @Test
    @Order(14)
    void shouldKeepUpWithManyPodsAndRandomOutages() throws Exception {
        int count = FULL ? 2_000 : 300;
        long seed = Long.getLong("e2e.seed", System.nanoTime());
        System.out.println("Random outages with -De2e.seed=" + seed);
        Random random = new Random(seed);
        try (ExecutorService creators =
                        Executors.newFixedThreadPool(64, Thread.ofVirtual().factory());
                ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor()) {
            AtomicInteger created = new AtomicInteger();
            var ticking = clock.scheduleAtFixedRate(
                    () -> {
                        if (created.getAndIncrement() < count) {
                            creators.execute(this::createBare);
                        }
                    },
                    0,
                    10,
                    TimeUnit.MILLISECONDS);
            Fault[] faults = {Fault.REFUSED, Fault.FAILING, Fault.HANGING, Fault.DROPPED};
            while (created.get() < count) {
                stage.door().set(faults[random.nextInt(faults.length)]);
                TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(700));
                stage.door().set(Fault.NONE);
                // Clearly shorter or clearly longer than the quiet period.
                TimeUnit.MILLISECONDS.sleep(random.nextInt(4) > 0 ? 100 + random.nextInt(600) : 4_000);
            }
            ticking.cancel(false);
        }
        createBare();
        Judgement judgement = judge.judge(count + " Pods, 100 a second, seed " + seed, began);
        assertThat(judgement.pods()).isEqualTo(count + 1);
        assertThat(judgement.failedOpen()).isPositive();
    }

    @Test
    @Order(LAST)
    void shouldHaveAllRepairedAtTheEnd() throws Exception {
        // Given the whole history is true
        Judgement before = judge.judge("everything together", suiteBegan);
        long bare = new History(stage.jdbcUrl())
                .pods().values().stream()
                        .filter(pod -> pod.verdict().equals("missed"))
                        .filter(pod -> pod.name().contains("/bare-"))
                        .count();
        if (!stage.cluster().hasControllers()) {
            skip("repair of everything", "no kube-controller-manager, which would replace evicted Pods");
        }

        // When
        stage.killAuditor();
        stage.startAuditor("recreate");

        // Then every missed Pod of a controller is replaced, and bare Pods are left alone
        Map<String, Integer> wanted = Map.of("recreated", (int) (before.missed() - bare), "none", (int) bare);
        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() ->
                        assertThat(new History(stage.jdbcUrl()).recreations()).isEqualTo(wanted));
        notes.add("Repair: " + wanted.get("recreated") + " of " + before.missed()
                + " missed Pods were recreated with the injection; the others are bare Pods, which are reported.");
    }

    private void harm(Fault fault) throws Exception {
        harm(fault, any -> true);
    }

    /** In seconds of its own, because a creationTimestamp has no parts of them. */
    private void harm(Fault fault, Predicate<HttpExchange> affected) throws Exception {
        awaitNextSecond();
        stage.door().set(fault, affected);
    }

    private void heal() throws Exception {
        awaitNextSecond();
        stage.door().set(Fault.NONE);
    }

    private void createBare() {
        Pods.createBare(stage.cluster().client(), Stage.NAMESPACE, Map.of());
    }

    private <T> T skip(String scenario, String reason) {
        notes.add("Not run: " + scenario + ": " + reason + ".");
        return abort(reason);
    }

    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.SECONDS);
    }

    /** A creationTimestamp has whole seconds, so what follows is told from what was before. */
    private static void awaitNextSecond() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(1_000 - System.currentTimeMillis() % 1_000);
    }

    /** A Pod of the very second of a change proves nothing, so the auditor does not judge it. */
    private static void awaitChange() throws InterruptedException {
        awaitNextSecond();
        awaitNextSecond();
    }
}
