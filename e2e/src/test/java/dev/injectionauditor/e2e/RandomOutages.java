package dev.injectionauditor.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** Outages of random kind and length, while many Pods are created. */
interface RandomOutages {

    Play play();

    @Test
    @Order(14)
    default void shouldKeepUpWithManyPodsAndRandomOutages() throws Exception {
        int count = Play.FULL ? 2_000 : 300;
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
                            creators.execute(play()::createBare);
                        }
                    },
                    0,
                    10,
                    TimeUnit.MILLISECONDS);
            Fault[] faults = {Fault.REFUSED, Fault.FAILING, Fault.HANGING, Fault.DROPPED};
            while (created.get() < count) {
                play().stage().door().set(faults[random.nextInt(faults.length)]);
                TimeUnit.MILLISECONDS.sleep(100 + random.nextInt(700));
                play().stage().door().set(Fault.NONE);
                // Clearly shorter or clearly longer than the quiet period.
                TimeUnit.MILLISECONDS.sleep(random.nextInt(4) > 0 ? 100 + random.nextInt(600) : 4_000);
            }
            ticking.cancel(false);
        }
        play().createBare();
        Judgement judgement = play().judge(count + " Pods, 100 a second, seed " + seed);
        assertThat(judgement.pods()).isEqualTo(count + 1);
        assertThat(judgement.failedOpen()).isPositive();
    }
}
