package dev.injectionauditor.bench.audit;

import dev.injectionauditor.schema.Admission;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What some clusters send in {@link #SPAN}: Pods that come, live for twenty minutes on average and go, each with its
 * admission, and what the observer tells besides. Every ten minutes each cluster has an outage; half of the clusters
 * lose all calls of 12 s, the others half of the calls of 24 s, so 2 % of all Pods are missed. One event in twenty is
 * late by up to a minute, one in fifty comes twice. The same seed gives the same traffic but for the hour.
 */
final class FleetTraffic {

    private static final Duration SPAN = Duration.ofHours(2);
    private static final long OUTAGE_EVERY = 600;
    private static final long FULL_OUTAGE = 12;
    private static final long MEAN_LIFE_SECONDS = 1_200;
    private static final int PODS_OF_AN_OWNER = 30;
    private static final int NAMESPACES = 50;
    private static final String SUFFIX = "bcdfghjklmnpqrstvwxz2456789";

    private final Random random;
    private final int clusters;
    private final BiConsumer<WatchedWebhook, Event> sink;
    private final Instant begin =
            Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(SPAN).minusSeconds(3_600);
    private final Scope inScope =
            new Scope(null, new Scope.Configuration("hook", new UUID(1, 1), 1, begin.minusSeconds(86_400)));
    private final PriorityQueue<Underway> underway =
            new PriorityQueue<>(Comparator.comparing(Underway::arrives).thenComparing(Underway::number));
    private long number;

    private record Underway(Instant arrives, long number, WatchedWebhook source, Event event) {}

    /** @param sink takes the events in the order in which they come */
    FleetTraffic(int clusters, long seed, BiConsumer<WatchedWebhook, Event> sink) {
        this.random = new Random(seed);
        this.clusters = clusters;
        this.sink = sink;
    }

    /** Sends the events of so many Pods, about four for each. */
    void send(int pods) {
        Instant nextSignals = begin;
        for (int pod = 0; pod < pods; pod++) {
            Instant now = begin.plusNanos(SPAN.toNanos() / pods * pod);
            while (!nextSignals.isAfter(now)) {
                signals(nextSignals);
                nextSignals = nextSignals.plusSeconds(10);
            }
            create(pod, random.nextInt(clusters), now);
            arriveUntil(now);
        }
        arriveUntil(Instant.MAX);
    }

    private void create(int pod, int cluster, Instant now) {
        WatchedWebhook source = source(cluster);
        Instant created = now.truncatedTo(ChronoUnit.SECONDS);
        boolean applied = isApplied(cluster, created);
        int workload = pod / clusters / PODS_OF_AN_OWNER;
        String namespace = "ns-" + workload % NAMESPACES;
        OwnerRef owner =
                new OwnerRef("apps/v1", "ReplicaSet", "some-workload-" + workload, new UUID(1 + cluster, workload));
        UUID stamp = uid();
        if (applied) {
            Instant answered = now.plusMillis(random.nextInt(20));
            tell(
                    source,
                    new Admission(
                            stamp, namespace, null, owner.name() + "-", owner, 2, 2, answered, "webhook-" + pod % 2),
                    answered.plusMillis(10));
        }
        String name = owner.name() + "-" + suffix();
        PodRef ref = new PodRef(namespace, name, uid());
        Instant gone = now.plusMillis((long) (-Math.log(1 - random.nextDouble()) * MEAN_LIFE_SECONDS * 1_000));
        observe(source, ref, pod, created, owner, applied ? stamp : null, Lifecycle.ACTIVE, now.plusMillis(60));
        observe(source, ref, pod + 50, created, owner, applied ? stamp : null, Lifecycle.TERMINATING, gone);
        observe(source, ref, pod + 60, created, owner, applied ? stamp : null, Lifecycle.GONE, gone.plusSeconds(30));
    }

    private boolean isApplied(int cluster, Instant created) {
        long second = Duration.between(begin, created).toSeconds() % OUTAGE_EVERY;
        boolean full = cluster % 2 == 0;
        return second >= (full ? FULL_OUTAGE : 2 * FULL_OUTAGE) || (!full && random.nextBoolean());
    }

    private void observe(
            WatchedWebhook source,
            PodRef pod,
            int version,
            Instant created,
            OwnerRef owner,
            @Nullable UUID stamp,
            Lifecycle lifecycle,
            Instant seen) {
        tell(
                source,
                new PodObservation(
                        pod,
                        Long.toString(1_000_000L + version * 10L),
                        created,
                        owner,
                        stamp,
                        2,
                        stamp == null ? List.of("web", "proxy") : List.of(),
                        inScope,
                        lifecycle,
                        RecreationTraits.NONE,
                        seen),
                seen.plusMillis(10));
    }

    private void signals(Instant now) {
        Instant second = now.truncatedTo(ChronoUnit.SECONDS);
        for (int cluster = 0; cluster < clusters; cluster++) {
            tell(
                    source(cluster),
                    new Signal.Probe(
                            second,
                            isApplied(cluster, second),
                            now.plusMillis(5),
                            Long.toString(
                                    1_000_000L + Duration.between(begin, now).toSeconds())),
                    now);
            tell(source(cluster), new Signal.Watched(begin, now, Signal.Watched.Begin.STARTED), now);
            if (Duration.between(begin, second).toSeconds() % OUTAGE_EVERY == 0) {
                tell(source(cluster), new Signal.Endpoints(cluster % 2, second), now);
                tell(
                        source(cluster),
                        new Signal.Endpoints(2, second.plusSeconds(FULL_OUTAGE)),
                        now.plusSeconds(FULL_OUTAGE));
            }
        }
    }

    private void tell(WatchedWebhook source, Event event, Instant arrives) {
        boolean late = random.nextInt(20) == 0;
        underway.add(
                new Underway(late ? arrives.plusMillis(random.nextInt(60_000)) : arrives, number++, source, event));
        if (random.nextInt(50) == 0) {
            underway.add(new Underway(arrives.plusMillis(random.nextInt(60_000)), number++, source, event));
        }
    }

    private void arriveUntil(Instant now) {
        while (!underway.isEmpty() && !underway.peek().arrives().isAfter(now)) {
            Underway next = underway.remove();
            sink.accept(next.source(), next.event());
        }
    }

    private static WatchedWebhook source(int cluster) {
        return new WatchedWebhook("garden-" + cluster, "hook.example.org");
    }

    private UUID uid() {
        // Version 4, as the API server's.
        return new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() >>> 2 | 0x8000_0000_0000_0000L);
    }

    private String suffix() {
        StringBuilder suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(SUFFIX.charAt(random.nextInt(SUFFIX.length())));
        }
        return suffix.toString();
    }
}
