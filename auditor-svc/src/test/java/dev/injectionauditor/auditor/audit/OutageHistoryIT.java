package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.TestDatabases;
import dev.injectionauditor.auditor.db.tables.records.OutageRecord;
import dev.injectionauditor.localstack.junit.LocalServices;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.EventCodec;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Topics;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random evidence in any order, in any batches, with repeats: the stored windows are those of an oracle, at all times.
 */
class OutageHistoryIT {

    @RegisterExtension
    static final LocalServices SERVICES = new LocalServices();

    private static final Instant ZERO = Instant.parse("2026-11-23T06:00:00Z");
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Scope.Configuration CONFIGURATION =
            new Scope.Configuration("hook", new UUID(1, 1), 1, ZERO.minusSeconds(3600));

    private final History history =
            new History(new Outbox(new EventCodec(), Topics.defaults()), QUIET, InstantSource.fixed(ZERO));

    @Test
    void shouldKeepTheWindowsOfTheWholeEvidence() {
        try (Database database = TestDatabases.fresh(SERVICES)) {
            for (int round = 0; round < 150; round++) {
                long seed = new Random().nextLong();
                WatchedWebhook source = new WatchedWebhook("cluster-" + round, "hook.example.org");
                check(database.jooq(), source, new Random(seed), "seed " + seed);
            }
        }
    }

    private void check(DSLContext db, WatchedWebhook source, Random random, String seed) {
        // Given Pods within a minute or within hours, applied and missed in random proportion, in random order
        List<PodObservation> pods = new ArrayList<>();
        int seconds = random.nextBoolean() ? 60 : 6_000;
        double missRatio = random.nextDouble();
        int count = random.nextInt(1, 60);
        for (int i = 0; i < count; i++) {
            pods.add(pod(random, seconds, missRatio, i));
        }
        Collections.shuffle(pods, random);
        Map<UUID, Outage> told = new HashMap<>();
        List<PodObservation> seen = new ArrayList<>();
        while (seen.size() < pods.size()) {
            // When they arrive in batches, some of them again
            int end = Math.min(pods.size(), seen.size() + random.nextInt(1, 15));
            List<PodObservation> batch = new ArrayList<>(pods.subList(seen.size(), end));
            for (int i = random.nextInt(3); i > 0 && !seen.isEmpty(); i--) {
                batch.add(seen.get(random.nextInt(seen.size())));
            }
            seen.addAll(pods.subList(seen.size(), end));
            apply(db, source, batch).forEach(outage -> told.put(outage.outageId(), outage));

            // Then the windows are those of all that has been seen, and so are those that were told
            List<OutageWindow> expected = oracle(seen);
            assertThat(windows(db, source)).as(seed).isEqualTo(expected);
            assertThat(told.values().stream()
                            .filter(outage -> outage.state() != Outage.State.REMOVED)
                            .map(outage -> new OutageWindow(
                                    new UUID(0, 0),
                                    outage.startedAfter(),
                                    outage.startedBy(),
                                    outage.endedAfter(),
                                    outage.endedBefore(),
                                    outage.missed(),
                                    outage.preset(),
                                    outage.applied())))
                    .as(seed)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private List<Outage> apply(DSLContext db, WatchedWebhook source, List<PodObservation> pods) {
        Batch batch = new Batch(
                Map.of(source, new Batch.Events(List.of(), pods, List.of(), List.of(), List.of())),
                List.of(),
                Map.of());
        List<Event> published = db.transactionResult(
                transaction -> history.apply(transaction.dsl(), batch).published());
        return published.stream()
                .filter(Outage.class::isInstance)
                .map(Outage.class::cast)
                .toList();
    }

    private static PodObservation pod(Random random, int seconds, double missRatio, int version) {
        UUID uid = new UUID(random.nextLong(), random.nextLong());
        boolean missed = random.nextDouble() < missRatio;
        boolean complete = !missed || random.nextInt(5) == 0;
        return new PodObservation(
                new PodRef("shop", "pod-" + uid, uid),
                Integer.toString(version),
                ZERO.plusSeconds(random.nextInt(seconds)),
                null,
                missed ? null : UUID.randomUUID(),
                1,
                complete ? List.of() : List.of("web"),
                new Scope(null, CONFIGURATION),
                PodObservation.Lifecycle.ACTIVE,
                ZERO);
    }

    private static List<OutageWindow> windows(DSLContext db, WatchedWebhook source) {
        return db.selectFrom(OUTAGE)
                .where(OUTAGE.watchedWebhook().CLUSTER.eq(source.cluster()))
                .orderBy(OUTAGE.STARTED_BY)
                .fetch(OutageHistoryIT::window);
    }

    private static OutageWindow window(OutageRecord row) {
        return new OutageWindow(
                new UUID(0, 0),
                row.getStartedAfter(),
                row.getStartedBy(),
                row.getEndedAfter(),
                row.getEndedBefore(),
                row.getMissed(),
                row.getPreset(),
                row.getApplied());
    }

    /** By brute force from the definition: walk on to the first applied call that nothing missed follows too soon. */
    private static List<OutageWindow> oracle(List<PodObservation> seen) {
        List<PodObservation> all = seen.stream()
                .sorted((one, other) -> {
                    int byTime = one.createdAt().compareTo(other.createdAt());
                    return byTime != 0
                            ? byTime
                            : Long.compare(
                                    Long.parseLong(one.resourceVersion()), Long.parseLong(other.resourceVersion()));
                })
                .toList();
        List<OutageWindow> windows = new ArrayList<>();
        int i = 0;
        while (i < all.size()) {
            if (applied(all.get(i))) {
                i++;
                continue;
            }
            int close = i;
            while (close < all.size() && !(applied(all.get(close)) && isQuietAfter(all, close))) {
                close++;
            }
            List<PodObservation> inside = all.subList(i, close);
            List<PodObservation> core = inside.subList(0, lastMissed(inside) + 1);
            windows.add(new OutageWindow(
                    new UUID(0, 0),
                    i == 0 ? null : all.get(i - 1).createdAt(),
                    all.get(i).createdAt(),
                    core.getLast().createdAt(),
                    close == all.size() ? null : all.get(close).createdAt(),
                    core.stream()
                            .filter(pod -> !applied(pod) && !pod.lacking().isEmpty())
                            .count(),
                    core.stream()
                            .filter(pod -> !applied(pod) && pod.lacking().isEmpty())
                            .count(),
                    core.stream().filter(OutageHistoryIT::applied).count()));
            i = close;
        }
        return windows;
    }

    private static int lastMissed(List<PodObservation> inside) {
        int last = inside.size() - 1;
        while (applied(inside.get(last))) {
            last--;
        }
        return last;
    }

    private static boolean isQuietAfter(List<PodObservation> all, int index) {
        Instant end = all.get(index).createdAt().plus(QUIET);
        for (int i = index + 1; i < all.size(); i++) {
            if (!applied(all.get(i)) && all.get(i).createdAt().isBefore(end)) {
                return false;
            }
        }
        return true;
    }

    private static boolean applied(PodObservation pod) {
        return pod.stamp() != null;
    }
}
