package dev.injectionauditor.auditor.audit.outage;

import static dev.injectionauditor.auditor.audit.Auditing.only;
import static dev.injectionauditor.auditor.db.Tables.CALL_HOUR;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.auditor.db.tables.records.CallHourRecord;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationTraits;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Random evidence in any order, in any batches, with repeats: the stored windows are those of an oracle, at all times.
 */
class OutageHistoryIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Instant ZERO = Instant.parse("2026-11-23T06:00:00Z");
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Scope.Configuration CONFIGURATION =
            new Scope.Configuration("hook", new UUID(1, 1), 1, ZERO.minusSeconds(3600));

    @Test
    void shouldKeepTheWindowsOfTheWholeEvidence() {
        Auditing auditing = new Auditing(database.get().jooq());
        for (int round = 0; round < 150; round++) {
            long seed = new Random().nextLong();
            WatchedWebhook source = new WatchedWebhook("cluster-" + round, "hook.example.org");
            check(database.get().jooq(), auditing, source, new Random(seed), "seed " + seed);
        }
    }

    private void check(DSLContext db, Auditing auditing, WatchedWebhook source, Random random, String seed) {
        // Given Pods and probes within a minute or within hours, applied and not in random proportion, in random order
        List<Event> events = new ArrayList<>();
        int seconds = random.nextBoolean() ? 60 : 6_000;
        double missRatio = random.nextDouble();
        int count = random.nextInt(1, 60);
        for (int i = 0; i < count; i++) {
            if (random.nextInt(5) == 0) {
                events.add(probe(random, seconds, missRatio, i));
                continue;
            }
            PodObservation pod = pod(random, seconds, missRatio, 1_000 + i);
            events.add(pod);
            if (random.nextInt(5) == 0) {
                // An older version that may tell something else
                events.add(older(pod, random.nextBoolean()));
            }
        }
        Collections.shuffle(events, random);
        Map<UUID, Outage> told = new HashMap<>();
        List<Event> seen = new ArrayList<>();
        while (seen.size() < events.size()) {
            // When they arrive in batches, some of them again
            int end = Math.min(events.size(), seen.size() + random.nextInt(1, 15));
            List<Event> batch = new ArrayList<>(events.subList(seen.size(), end));
            for (int i = random.nextInt(3); i > 0 && !seen.isEmpty(); i--) {
                batch.add(seen.get(random.nextInt(seen.size())));
            }
            seen.addAll(events.subList(seen.size(), end));
            only(Outage.class, auditing.write(source, batch)).forEach(outage -> told.put(outage.outageId(), outage));

            // Then the windows are those of all that has been seen, and so are those that were told
            List<OutageOracle.Window> expected = OutageOracle.windows(evidence(source, seen), QUIET).stream()
                    .map(window -> new OutageOracle.Window(
                            null,
                            window.startedAfter(),
                            window.startedBy(),
                            window.endedAfter(),
                            window.endedBefore(),
                            window.calls()))
                    .toList();
            assertThat(windows(db, source)).as(seed).isEqualTo(expected);
            assertThat(told.values().stream()
                            .filter(outage -> outage.state() != Outage.State.REMOVED)
                            .map(OutageHistoryIT::window))
                    .as(seed)
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
        // And the hours have been counted
        assertThat(hours(db, source)).as(seed).isEqualTo(hours(evidence(source, seen)));
    }

    /** What the events tell: each probe once, of each Pod its oldest version. */
    private static Set<Evidence> evidence(WatchedWebhook source, Collection<Event> seen) {
        Map<UUID, PodObservation> oldest = new HashMap<>();
        only(PodObservation.class, List.copyOf(seen))
                .forEach(pod -> oldest.merge(
                        pod.pod().uid(), pod, (one, other) -> version(one) <= version(other) ? one : other));
        Set<Evidence> evidence = new HashSet<>();
        oldest.values()
                .forEach(pod -> evidence.add(new Evidence(
                        pod.createdAt(),
                        version(pod),
                        pod.pod().uid(),
                        Evidence.Source.POD,
                        pod.stamp() != null
                                ? Evidence.Kind.APPLIED
                                : pod.lacking().isEmpty() ? Evidence.Kind.PRESET : Evidence.Kind.MISSED)));
        only(Signal.Probe.class, List.copyOf(seen)).forEach(probe -> evidence.add(Evidence.of(source, probe)));
        return evidence;
    }

    private static long version(PodObservation pod) {
        return Long.parseLong(pod.resourceVersion());
    }

    private static Signal.Probe probe(Random random, int seconds, double missRatio, int number) {
        return new Signal.Probe(
                ZERO.plusSeconds(random.nextInt(seconds)),
                random.nextDouble() >= missRatio,
                ZERO.plusSeconds(100_000 + number),
                random.nextBoolean() ? null : String.valueOf(number));
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
                RecreationTraits.NONE,
                ZERO);
    }

    private static PodObservation older(PodObservation pod, boolean missed) {
        return new PodObservation(
                pod.pod(),
                Long.toString(version(pod) - 500),
                pod.createdAt(),
                pod.owner(),
                missed ? null : UUID.randomUUID(),
                pod.containers(),
                pod.lacking(),
                pod.scope(),
                pod.lifecycle(),
                RecreationTraits.NONE,
                pod.observedAt());
    }

    private static List<OutageOracle.Window> windows(DSLContext db, WatchedWebhook source) {
        return db
                .selectFrom(OUTAGE)
                .where(OUTAGE.watchedWebhook().CLUSTER.eq(source.cluster()))
                .orderBy(OUTAGE.STARTED_BY)
                .fetch(OutageTable::window)
                .stream()
                .map(OutageHistoryIT::anonymous)
                .toList();
    }

    private static OutageOracle.Window window(Outage outage) {
        return new OutageOracle.Window(
                null,
                outage.startedAfter(),
                outage.startedBy(),
                outage.endedAfter(),
                outage.endedBefore(),
                new Calls(outage.missed(), outage.preset(), outage.probes(), outage.applied()));
    }

    private static OutageOracle.Window anonymous(OutageWindow window) {
        return new OutageOracle.Window(
                null,
                window.startedAfter(),
                window.startedBy(),
                window.endedAfter(),
                window.endedBefore(),
                window.calls());
    }

    private static Map<Instant, List<Long>> hours(DSLContext db, WatchedWebhook source) {
        return db.selectFrom(CALL_HOUR).where(CALL_HOUR.watchedWebhook().CLUSTER.eq(source.cluster())).fetch().stream()
                .collect(Collectors.toMap(
                        CallHourRecord::getHour,
                        hour -> List.of(
                                hour.getApplied(),
                                hour.getMissed(),
                                hour.getPreset(),
                                hour.getProbesApplied(),
                                hour.getProbesMissed())));
    }

    private static Map<Instant, List<Long>> hours(Set<Evidence> evidence) {
        return evidence.stream()
                .collect(Collectors.groupingBy(
                        piece -> piece.at().truncatedTo(ChronoUnit.HOURS),
                        Collectors.collectingAndThen(
                                Collectors.toList(),
                                hour -> List.of(
                                        count(hour, Evidence.Kind.APPLIED, false),
                                        count(hour, Evidence.Kind.MISSED, false),
                                        count(hour, Evidence.Kind.PRESET, false),
                                        count(hour, Evidence.Kind.APPLIED, true),
                                        count(hour, Evidence.Kind.MISSED, true)))));
    }

    private static long count(List<Evidence> evidence, Evidence.Kind kind, boolean probe) {
        return evidence.stream()
                .filter(piece -> piece.kind() == kind && (piece.source() == Evidence.Source.PROBE) == probe)
                .count();
    }
}
