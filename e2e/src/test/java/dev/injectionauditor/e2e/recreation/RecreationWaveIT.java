package dev.injectionauditor.e2e.recreation;

import static dev.injectionauditor.e2e.recreation.Flow.NAMESPACE;
import static dev.injectionauditor.e2e.recreation.Flow.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.injectionauditor.localstack.junit.Manifests;
import io.fabric8.kubernetes.api.model.Pod;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Waves of recreations after an outage. */
class RecreationWaveIT {

    private static final String RECREATED = "select count(*) from recreation where outcome = 'recreated'";
    private static final String REQUESTS = "select count(*) from recreation where requested_at is not null";
    private static final String OPEN = "select count(*) from outage_history where open";

    @TempDir
    Path folder;

    private Flow flow;

    @BeforeEach
    void start() throws Exception {
        flow = new Flow(folder);
    }

    @AfterEach
    void stop() throws Exception {
        flow.close();
    }

    @Test
    void shouldRepairALargeOutageWithinTheLimitsThoughAReplicaIsKilled() throws Exception {
        int owners = 50;
        int each = 10;
        int perMinute = 300;
        // Given 500 missed Pods of 50 owners, half of them under a budget, and two replicas of the auditor
        String[] limits = {"--recreation-per-minute=" + perMinute, "--recreation-per-minute-namespace=" + perMinute};
        Process first = flow.startAuditor(limits);
        flow.startAuditor(limits);
        for (int owner = 0; owner < owners; owner++) {
            flow.client
                    .resource(Manifests.replicaSet(NAMESPACE, name(owner), each))
                    .create();
            if (owner % 2 == 0) {
                flow.client
                        .resource(Manifests.budget(NAMESPACE, name(owner), name(owner), "maxUnavailable: 1"))
                        .create();
            }
        }
        await().atMost(PATIENCE).until(() -> flow.count("select count(*) from missed_injections") == 500);

        // When the webhook is back, and one replica is killed in the middle
        Lows lows = new Lows();
        flow.startWebhook();
        await().atMost(Duration.ofMinutes(2)).until(() -> flow.count(RECREATED) > 50);
        first.destroyForcibly().waitFor();
        await().atMost(Duration.ofMinutes(8)).until(() -> flow.count(RECREATED) == 500);

        // Then every Pod has the injection, and each was recreated once
        await().atMost(PATIENCE).until(() -> flow.pods().size() == 500);
        assertThat(flow.pods()).allMatch(Flow::isInjected);
        assertThat(flow.count("""
                        select count(*) - count(distinct pod_uid) from recreation
                        where outcome in ('recreated', 'missed-again', 'not-replaced')""")).isZero();
        // And no owner had more than one Pod less than it wants, at any time that was looked at
        Map<String, Integer> least = lows.end();
        assertThat(least)
                .hasSize(owners)
                .allSatisfy((name, ready) -> assertThat(ready).as(name).isGreaterThanOrEqualTo(each - 1));
        // And no minute had more than is allowed
        assertThat(flow.count("""
                        select max(within) from (
                            select count(*) over (order by requested_at
                                range between interval '59 seconds 900 milliseconds' preceding and current row) as within
                            from recreation where not dry_run) minute""")).isBetween(1L, (long) perMinute);
    }

    @Test
    void shouldStopWhenAnOutageStartsInTheMiddleOfAWaveAndResumeAfter() throws Exception {
        // Given missed Pods, and a repair that has begun
        flow.startAuditor("--recreation-per-minute=1000", "--recreation-per-minute-namespace=1000");
        for (int owner = 0; owner < 3; owner++) {
            flow.client
                    .resource(Manifests.replicaSet(NAMESPACE, name(owner), 10))
                    .create();
        }
        await().atMost(PATIENCE).until(() -> flow.count("select count(*) from missed_injections") == 30);
        flow.startWebhook();
        await().atMost(PATIENCE).until(() -> flow.count(RECREATED) >= 3);

        // When the webhook fails again
        flow.killWebhook();
        await().atMost(PATIENCE).until(() -> flow.count(OPEN) == 1);

        // Then nothing more is requested
        long requests = await().atMost(PATIENCE)
                .during(Duration.ofSeconds(5))
                .until(new Steady(() -> flow.count(REQUESTS)), steady -> steady >= 0);
        assertThat(requests).isLessThan(30 + 6);
        assertThat(flow.pods().stream().filter(Flow::isInjected).count()).isLessThan(30);

        // When it is back, then the rest is repaired
        flow.startWebhook();
        await().atMost(Duration.ofMinutes(3))
                .until(() -> flow.pods().size() == 30 && flow.pods().stream().allMatch(Flow::isInjected));
        await().atMost(PATIENCE).until(() -> flow.count(OPEN) == 0);
        assertThat(flow.count("select count(*) from outage_history")).isGreaterThanOrEqualTo(2);
    }

    private static String name(int owner) {
        return "web-%02d".formatted(owner);
    }

    /** A number as long as it is what it was the last time, else -1. */
    private static final class Steady implements Callable<Long> {

        private final LongSupplier number;
        private long last = -1;

        Steady(LongSupplier number) {
            this.number = number;
        }

        @Override
        public Long call() {
            long now = number.getAsLong();
            boolean steady = now == last;
            last = now;
            return steady ? now : -1;
        }
    }

    /** Looks at all Pods again and again, and remembers the least that each owner had ready. */
    private final class Lows {

        private final Map<String, Integer> least = new HashMap<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Thread thread = Thread.ofVirtual().start(this::look);

        private void look() {
            while (!ended.get()) {
                Map<String, Integer> ready = new HashMap<>();
                List<Pod> pods = flow.pods();
                for (Pod pod : pods) {
                    ready.merge(pod.getMetadata().getLabels().get("app"), Flow.isReady(pod) ? 1 : 0, Integer::sum);
                }
                ready.forEach((owner, count) -> least.merge(owner, count, Math::min));
            }
        }

        Map<String, Integer> end() throws InterruptedException {
            ended.set(true);
            thread.join();
            return least;
        }
    }
}
