package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.audit.Auditing.asking;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.audit.Auditing.probe;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.Auditing;
import dev.injectionauditor.auditor.policy.RecreationPolicy;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.OwnerRef;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.PodRef;
import dev.injectionauditor.schema.RecreationMode;
import dev.injectionauditor.schema.RecreationRequest;
import dev.injectionauditor.schema.RecreationResult;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The planner decides about no Pod while nothing has changed, and decides as if it always did about all. */
class RestIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final RecreationPolicy POLICY = RecreationSimulationTest.POLICY;

    private final List<RecreationRequest> requests = new ArrayList<>();
    /** Pods that results tell of, and nobody has observed yet. */
    private final List<PodObservation> replacements = new ArrayList<>();

    private DSLContext db;
    private Auditing audit;
    private RecreationPlanner planner;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
        planner = planner();
    }

    private RecreationPlanner planner() {
        return new RecreationPlanner(
                db,
                (tx, source, events) -> requests.addAll(Auditing.only(RecreationRequest.class, events)),
                POLICY,
                QUIET,
                audit);
    }

    @Test
    void shouldDecideAboutNoPodsWhileNothingChanges() {
        // Given an outage with many missed Pods
        audit.write(injected(1, 0));
        audit.write(
                Auditing.SOURCE,
                IntStream.range(10, 210)
                        .<Event>mapToObj(i -> missed(i, i % 40, 10))
                        .toList());
        assertThat(decidesAt(30)).as("the first round").isTrue();

        // When rounds follow, then they decide about none
        assertThat(decidesAt(31)).isFalse();
        assertThat(decidesAt(32)).isFalse();

        // Until it is over, and settled; then as many are requested as the limits allow, which is news for the rest
        audit.write(injected(2, 33));
        assertThat(decidesAt(34)).isTrue();
        assertThat(decidesAt(35)).isFalse();
        assertThat(decidesAt(39)).isTrue();
        assertThat(requests).hasSize(POLICY.perMinuteNamespace());
        assertThat(decidesAt(40)).isTrue();
        assertThat(decidesAt(41)).isFalse();

        // And half a minute later they are decided about whatever has happened
        assertThat(decidesAt(69)).isFalse();
        assertThat(decidesAt(70)).isTrue();

        // And a Pod that asks for something else is news
        audit.write(asking(missed(10, 10, 10), RecreationMode.OFF));
        assertThat(decidesAt(71)).isTrue();
        assertThat(decidesAt(72)).isFalse();
    }

    @Test
    void shouldGoOnAsSoonAsAReplacementIsSeen() {
        // Given a StatefulSet, one Pod of which has been recreated, as a result says
        int owner = 1;
        audit.write(injected(1, 0), missed(10, owner, 10), missed(11, owner, 11), injected(2, 20));
        decidesAt(30);
        audit.write(
                later(missed(10, owner, 10), Lifecycle.GONE),
                new RecreationResult(
                        requests.getFirst().requestId(),
                        requests.getFirst().pod(),
                        Outcome.RECREATED,
                        null,
                        new PodRef("shop", "new", uid(12)),
                        at(32),
                        "somebody",
                        requests.getFirst().owner()));
        decidesAt(33);
        decidesAt(34);
        assertThat(requests).hasSize(1);

        // When the replacement is seen, then the next Pod's turn has come
        audit.write(pod(12, 31, requests.getFirst().owner(), Auditing.stamp(12), List.of()));
        decidesAt(35);
        assertThat(requests).hasSize(2);
    }

    private boolean decidesAt(long second) {
        audit.now = at(second);
        audit.write(new Signal.Watched(at(0), at(second), Signal.Watched.Begin.STARTED));
        return decides();
    }

    /** Runs a round; returns whether it would have written decisions that are not stored. */
    private boolean decides() {
        var stored = db.fetch(RECREATION_DECISION);
        db.deleteFrom(RECREATION_DECISION).execute();
        planner.runOnce();
        boolean rested = db.fetchCount(RECREATION_DECISION) == 0;
        if (rested) {
            db.insertInto(RECREATION_DECISION)
                    .columns(RECREATION_DECISION.fields())
                    .valuesOfRecords(stored)
                    .execute();
        }
        return !rested;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void shouldDecideAsOneThatNeverRests(int seed) {
        Random random = new Random(seed);
        audit.write(injected(1, 0));
        List<PodObservation> pods = new ArrayList<>();
        int rested = 0;
        long second = 10;
        for (int step = 0; step < 120; step++) {
            second += 1 + random.nextInt(random.nextInt(8) == 0 ? 40 : 2);
            happen(random, pods, 10 + step, second);
            audit.now = at(second);
            if (random.nextInt(20) > 0) {
                audit.write(new Signal.Watched(at(0), at(second), Signal.Watched.Begin.STARTED));
            }
            int requested = requests.size();
            rested += decides() ? 0 : 1;

            // Then one that has just been started has nothing to add, unless this one has just changed the situation
            if (requests.size() == requested) {
                var decided = decisions();
                planner().runOnce();
                assertThat(requests).as("requests at " + second).hasSize(requested);
                assertThat(decisions()).as("decisions at " + second).isEqualTo(decided);
            }
        }
        assertThat(requests).isNotEmpty();
        assertThat(rested).as("rounds of rest, of 120").isGreaterThan(10);
    }

    private List<List<Object>> decisions() {
        return db.select(
                        RECREATION_DECISION.POD_UID,
                        RECREATION_DECISION.DECISION,
                        RECREATION_DECISION.REASON,
                        RECREATION_DECISION.UNTIL_AT,
                        RECREATION_DECISION.MODE)
                .from(RECREATION_DECISION)
                .orderBy(RECREATION_DECISION.POD_UID)
                .fetch(row -> row.intoList());
    }

    private void happen(Random random, List<PodObservation> pods, int number, long second) {
        if (random.nextInt(3) == 0 && !replacements.isEmpty()) {
            audit.write(replacements.removeFirst());
        }
        switch (random.nextInt(9)) {
            case 0, 1 -> {
                for (int i = 0; i < 10; i++) {
                    pods.add(missed(number * 100 + i, random.nextInt(6), second));
                    audit.write(pods.getLast());
                }
            }
            case 2 -> audit.write(probe(second, true));
            case 3 -> audit.write(probe(second, random.nextInt(4) > 0));
            case 4 -> {
                if (!pods.isEmpty()) {
                    audit.write(later(pods.get(random.nextInt(pods.size())), Lifecycle.GONE));
                }
            }
            case 5 ->
                audit.write(new Signal.RecreationSetting(
                        "shop",
                        random.nextInt(4) > 0 ? null : RecreationMode.values()[random.nextInt(3)],
                        Long.toString(second),
                        at(second)));
            case 6, 7 ->
                requests.stream()
                        // That a dry run is answered which was given up may be found out later.
                        .filter(request -> !request.dryRun() || at(second).isBefore(request.expiresAt()))
                        .skip(requests.isEmpty() ? 0 : random.nextInt(requests.size()))
                        .findFirst()
                        .ifPresent(request -> {
                            audit.write(result(request, random, number, second));
                            replacements.add(replacement(request, number, second));
                        });
            case 8 -> {
                if (!pods.isEmpty()) {
                    audit.write(
                            asking(pods.get(random.nextInt(pods.size())), RecreationMode.values()[random.nextInt(3)]));
                }
            }
            default -> throw new IllegalStateException();
        }
    }

    private static Event result(RecreationRequest request, Random random, int number, long second) {
        Outcome outcome =
                request.dryRun() ? Outcome.PLANNED : Outcome.values()[random.nextInt(Outcome.values().length)];
        return new RecreationResult(
                request.requestId(),
                request.pod(),
                outcome,
                null,
                new PodRef("shop", "new-" + number, uid(number * 1_000)),
                at(second),
                "somebody",
                request.owner());
    }

    private static PodObservation replacement(RecreationRequest request, int number, long second) {
        return pod(number * 1_000, second, request.owner(), Auditing.stamp(number), List.of());
    }

    private static PodObservation missed(int number, int owner, long second) {
        return pod(
                number,
                second,
                new OwnerRef(
                        "apps/v1", owner % 2 == 0 ? "ReplicaSet" : "StatefulSet", "owner-" + owner, new UUID(8, owner)),
                null,
                List.of("web"));
    }
}
