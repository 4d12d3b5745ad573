package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Outages of all kinds, one after the other in one history. They are in the interfaces, numbered through. Each ends
 * with the judge's word on it; the last test judges everything together and has everything repaired.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class Scenarios implements WebhookOutages, WiderOutages, RandomOutages {

    private static final int LAST = 1_000;

    private Play play;
    private Instant suiteBegan;

    /** Starts the cluster, or aborts with the reason why there is none. */
    abstract Cluster startCluster(Path folder) throws Exception;

    @Override
    public Play play() {
        return play;
    }

    @BeforeAll
    void setTheStage() throws Exception {
        Path folder = Files.createTempDirectory("injection-auditor-e2e");
        Stage stage = new Stage(folder, startCluster(Files.createTempDirectory("injection-auditor-cluster")));
        play = new Play(stage);
        // The auditor makes its tables when it starts.
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> new History(stage.jdbcUrl()).pods().isEmpty());
        System.out.println("Scenarios run on " + stage.cluster().description());
        play.begin();
        suiteBegan = play.began();
        new Pods(stage.cluster(), "warm-up").more(2);
        play.judge("no outage");
    }

    @AfterAll
    void leaveTheStage() throws Exception {
        if (play != null) {
            play.report(Path.of("target", "e2e-" + getClass().getSimpleName() + ".md"));
            play.stage().close();
            play.stage().cluster().close();
        }
    }

    @BeforeEach
    void begin() throws Exception {
        // Or this outage is one with the last.
        await().until(() -> play.stage().cluster().calls(Stage.WEBHOOK).stream()
                .filter(call -> !call.applied())
                .allMatch(call ->
                        call.createdAt().plusSeconds(Stage.QUIET_SECONDS + 1).isBefore(Instant.now())));
        play.begin();
    }

    @AfterEach
    void end() throws Exception {
        play.stage().door().set(Fault.NONE);
    }

    @Test
    @Order(LAST)
    void shouldHaveAllRepairedAtTheEnd() throws Exception {
        // Given the whole history is true
        Stage stage = play.stage();
        Judgement before = play.judge("everything together", suiteBegan);
        long bare = new History(stage.jdbcUrl())
                .pods().values().stream()
                        .filter(pod -> pod.verdict().equals("missed"))
                        .filter(pod -> pod.name().contains("/bare-"))
                        .count();
        if (!stage.cluster().hasControllers()) {
            play.skip("repair of everything", "no kube-controller-manager, which would replace evicted Pods");
        }

        // When
        stage.killAuditor();
        stage.startAuditor("recreate");

        // Then every missed Pod of a controller is replaced, and bare Pods are left alone
        Map<String, Integer> wanted = Map.of("recreated", (int) (before.missed() - bare), "none", (int) bare);
        await().atMost(Duration.ofMinutes(3))
                .untilAsserted(() ->
                        assertThat(new History(stage.jdbcUrl()).recreations()).isEqualTo(wanted));
        play.note("Repair: " + wanted.get("recreated") + " of " + before.missed()
                + " missed Pods were recreated with the injection; the others are bare Pods, which are reported.");
    }
}
