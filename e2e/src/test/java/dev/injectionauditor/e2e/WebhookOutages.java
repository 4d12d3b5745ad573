package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Outages of the webhook alone: in all the ways in which it can fail, for all calls or for a part of them. */
interface WebhookOutages {

    Play play();

    @ParameterizedTest
    @EnumSource(names = {"REFUSED", "HANGING", "FAILING", "WRONG_AUTHORITY"})
    @Order(1)
    default void shouldFindWhatAnOutageMissed(Fault fault) throws Exception {
        play().outage(fault.name().toLowerCase().replace('_', '-'), any -> true, fault);
    }

    @Test
    @Order(2)
    default void shouldFindAnswersThatCameTooLate() throws Exception {
        // When
        play().outage("late", any -> true, Fault.LATE);

        // Then the history knows why
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(
                                new History(play().stage().jdbcUrl()).pods().values())
                        .filteredOn(pod ->
                                pod.name().contains("/late-") && pod.verdict().equals("missed"))
                        .isNotEmpty()
                        .allMatch(pod -> pod.cause().orElse("").equals("late-answer")));
    }

    @Test
    @Order(3)
    default void shouldFindAnOutageThatFlaps() throws Exception {
        int seconds = Play.FULL ? 60 : 10;
        try (ScheduledExecutorService creator = Executors.newSingleThreadScheduledExecutor()) {
            creator.scheduleAtFixedRate(play()::createBare, 0, 200, TimeUnit.MILLISECONDS);
            for (int second = 0; second < seconds; second++) {
                play().stage().door().set(second % 2 == 0 ? Fault.REFUSED : Fault.NONE);
                TimeUnit.SECONDS.sleep(1);
            }
            play().stage().door().set(Fault.NONE);
            creator.shutdown();
        }
        play().createBare();
        play().judge("flapping every second for " + seconds + " s");
    }

    @Test
    @Order(4)
    default void shouldTellAPartialOutageOfOneReplica() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        play().outage("one-of-two-replicas", any -> calls.getAndIncrement() % 2 == 0, Fault.DROPPED);
    }

    @Test
    @Order(5)
    default void shouldTellAPartialOutageOfOneApiServer() throws Exception {
        KubernetesClient second = play().stage()
                .cluster()
                .secondApiServer()
                .orElseGet(() -> play().skip("one of two API servers", "this cluster has one"));
        play().createBare();
        play().stage()
                .door()
                .set(
                        Fault.DROPPED,
                        call -> ("Bearer " + Cluster.SECOND_TOKEN)
                                .equals(call.getRequestHeaders().getFirst("Authorization")));
        for (int i = 0; i < 3; i++) {
            Pods.createBare(second, Stage.NAMESPACE, Map.of());
            play().createBare();
        }
        play().heal();
        play().createBare();
        Judgement judgement = play().judge("one of two API servers");
        assertThat(judgement.failedOpen()).isEqualTo(3);
    }

    @Test
    @Order(6)
    default void shouldFindAnOutageInWhichNobodyCreatesPods() throws Exception {
        play().harm(Fault.REFUSED);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> play().stage().cluster().calls(Stage.WEBHOOK).stream()
                                .filter(call -> call.dryRun()
                                        && !call.applied()
                                        && !call.createdAt().isBefore(play().began()))
                                .count()
                        >= 2);
        play().heal();
        Judgement judgement = play().judge("no Pods, probe only");
        assertThat(judgement.pods()).isZero();
        assertThat(judgement.windows()).isOne();
    }

    @Test
    @Order(7)
    default void shouldFollowNamespaceAndConfigurationThroughAnOutage() throws Exception {
        String namespace = Stage.NAMESPACE + "-moving";
        KubernetesClient client = play().stage().cluster().client();
        play().stage().configuration().createNamespace(namespace);
        Play.awaitChange();
        Pods.createBare(client, namespace, Map.of());
        play().harm(Fault.REFUSED);
        Pods.createBare(client, namespace, Map.of());
        play().stage().configuration().hook(namespace, false);
        Play.awaitChange();
        Pods.createBare(client, namespace, Map.of());
        play().stage().configuration().hook(namespace, true);
        Play.awaitChange();
        Pods.createBare(client, namespace, Map.of());
        play().stage().configuration().exclude();
        Play.awaitChange();
        Pods.createBare(client, namespace, Map.of(Configuration.EXCLUDED, "yes"));
        Pods.createBare(client, namespace, Map.of());
        play().heal();
        Pods.createBare(client, namespace, Map.of());
        Judgement judgement = play().judge("namespace relabelled, configuration changed");
        assertThat(judgement.failedOpen()).isEqualTo(3);
    }
}
