package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.admission;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.named;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.audit.Auditing.preset;
import static dev.injectionauditor.auditor.audit.Auditing.probe;
import static dev.injectionauditor.auditor.audit.Auditing.scoped;
import static dev.injectionauditor.auditor.audit.Auditing.stamp;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE_HISTORY;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.auditor.db.tables.records.PodRecord;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Cause;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.MissedInjection;
import dev.injectionauditor.schema.Outage;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.schema.Scope;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.WatchedWebhook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Cases that are easy to get wrong, each from its events to the tables. */
class HistoryCasesIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private DSLContext db;
    private Auditing audit;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
    }

    @Test
    void shouldCallAnAnswerAfterTheTimeoutLate() {
        // Given a Pod by name that was created without the patch when the API server had waited for 2 s
        audit.write(named(missed(1, 12), "db-0"));
        assertThat(row(1).getCause()).isEqualTo(Cause.UNKNOWN);

        // When the answer comes after that
        List<Event> published = audit.write(admission(1, "db-0", 13.5));

        // Then the Pod stays missed, the stored Pod being the truth, and the cause is told
        assertThat(row(1).getVerdict()).isEqualTo(Verdict.MISSED);
        assertThat(row(1).getCause()).isEqualTo(Cause.LATE_ANSWER);
        assertThat(published).singleElement().isInstanceOfSatisfying(MissedInjection.class, told -> {
            assertThat(told.status()).isEqualTo(MissedInjection.Status.FOUND);
            assertThat(told.cause()).isEqualTo(Cause.LATE_ANSWER);
        });
    }

    @Test
    void shouldGiveLateAnswersToPodsWithGeneratedNamesInOrder() {
        // Given three missed Pods of one ReplicaSet, a bare one, and one of the ReplicaSet half an hour before
        PodObservation other = named(pod(4, 12, null, null, List.of("web")), "api-00004");
        audit.write(missed(1, 12), missed(2, 12), missed(3, 13), other, missed(5, -1800));

        // When two answers come late, and one in time whose Pod carries its stamp
        List<Event> early = audit.write(admission(101, 14), admission(102, 14.2), admission(6, 11.9));
        audit.write(injected(6, 12), injected(7, 40));

        // Then nothing is said as long as their Pods may just not have been seen yet
        assertThat(early).isEmpty();
        assertThat(causes()).extracting(cause -> cause.toList().get(1)).containsOnly(Cause.UNKNOWN);

        // When Pods are seen that were created long enough after them
        audit.write(injected(8, 45));

        // Then the two oldest Pods that they fit were answered late, each answer being for one Pod
        assertThat(causes())
                .containsExactly(
                        tuple(1, Cause.LATE_ANSWER),
                        tuple(2, Cause.LATE_ANSWER),
                        tuple(3, Cause.UNKNOWN),
                        tuple(4, Cause.UNKNOWN),
                        tuple(5, Cause.UNKNOWN));
    }

    @Test
    void shouldFindTheSameCausesInAnyOrderOfEvents() {
        List<Event> events = new ArrayList<>(List.of(
                missed(1, 12),
                missed(2, 12),
                injected(3, 12),
                missed(4, 13),
                preset(5, 14),
                admission(101, 14),
                admission(3, 12.1),
                admission(102, "web-8d88b6668-00004", 15),
                probe(70, true),
                injected(6, 60),
                new Signal.Endpoints(2, at(-10)),
                new Signal.Endpoints(0, at(13).plusMillis(999)),
                new Signal.Endpoints(1, at(20))));
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            // When they come in any order and in any batches
            Collections.shuffle(events, random);
            WatchedWebhook source = new WatchedWebhook("garden-" + round, "hook.example.org");
            for (int next = 0; next < events.size(); ) {
                int end = Math.min(events.size(), next + random.nextInt(1, 5));
                audit.write(source, events.subList(next, end));
                next = end;
            }

            // Then
            assertThat(db.selectFrom(POD)
                            .where(POD.watchedWebhook().CLUSTER.eq(source.cluster()))
                            .and(POD.CAUSE.isNotNull())
                            .orderBy(POD.POD_UID)
                            .fetch())
                    .as("round %d: %s", round, events)
                    .extracting(pod -> (int) pod.getPodUid().getLeastSignificantBits(), PodRecord::getCause)
                    .containsExactly(
                            tuple(1, Cause.LATE_ANSWER),
                            tuple(2, Cause.UNREACHABLE),
                            tuple(4, Cause.LATE_ANSWER),
                            tuple(5, Cause.NO_ENDPOINTS));
        }
    }

    @Test
    void shouldBlameEndpointsThatWereMissingInAPartOfTheSecond() {
        // Given a Service that has no endpoints for less than a second
        audit.write(
                new Signal.Endpoints(2, at(-10)),
                new Signal.Endpoints(0, at(12).plusMillis(200)),
                new Signal.Endpoints(2, at(12).plusMillis(600)));

        // When Pods are missed in that second and in those around it
        audit.write(missed(1, 11), missed(2, 12), missed(3, 13));

        // Then only the one of that second can be for lack of endpoints: its time is known to the second
        assertThat(causes())
                .containsExactly(
                        tuple(1, Cause.UNREACHABLE), tuple(2, Cause.NO_ENDPOINTS), tuple(3, Cause.UNREACHABLE));
    }

    @Test
    void shouldTakeACopiedStampForNone() {
        // Given a Pod, and a copy of it that another controller made later, and the copy is seen first
        audit.write(pod(2, 30, null, stamp(1), List.of("sidecar")));
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.INCOMPLETE);

        // When
        audit.write(injected(1, 10));

        // Then
        assertThat(row(1).getVerdict()).isEqualTo(Verdict.INJECTED);
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.MISSED);

        // And it stays so when only the copy is seen again
        audit.write(later(pod(2, 30, null, stamp(1), List.of("sidecar")), Lifecycle.FINISHED));
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.MISSED);

        // And when an answer or endpoints have it looked at again
        audit.write(admission(9, "web-8d88b6668-00002", 31), new Signal.Endpoints(0, at(20)));
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.MISSED);
        assertThat(row(2).getCause()).isEqualTo(Cause.LATE_ANSWER);
    }

    @Test
    void shouldCountAPresetPodAsEvidenceAndNotAsMissed() {
        audit.write(injected(1, 10), preset(2, 20), injected(3, 30));

        assertThat(row(2).getVerdict()).isEqualTo(Verdict.PRESET);
        assertThat(db.selectFrom(OUTAGE_HISTORY).fetch()).singleElement().satisfies(outage -> {
            assertThat(outage.getMissed()).isZero();
            assertThat(outage.getPreset()).isOne();
            assertThat(outage.getCoverage()).isEqualTo("full");
        });
        assertThat(db.fetchCount(MISSED_INJECTIONS)).isZero();
    }

    @Test
    void shouldCallAPodThatWasChangedAfterAdmissionIncomplete() {
        // Given a stamped Pod that somebody added a container to
        List<Event> published = audit.write(admission(1, 9.9), pod(1, 10, null, stamp(1), List.of("sidecar")));

        // Then the webhook was applied: no outage, nothing missed
        assertThat(row(1).getVerdict()).isEqualTo(Verdict.INCOMPLETE);
        assertThat(published).isEmpty();
        assertThat(db.fetchCount(OUTAGE)).isZero();
    }

    @Test
    void shouldCountExemptPodsAndNotStoreThem() {
        // Given Pods that the webhook was not to be called for, and one that it was
        Scope outside = new Scope(Scope.Exemption.NAMESPACE_SELECTOR, null);
        audit.write(
                scoped(missed(1, 10), outside),
                scoped(injected(2, 11), outside),
                later(scoped(missed(1, 10), outside), Lifecycle.GONE),
                missed(3, 12));

        // Then each counts, and one is stored
        assertThat(audit.verdicts).containsExactly(entry(Verdict.MISSED, 1L), entry(Verdict.EXEMPT, 2L));
        assertThat(db.fetchCount(POD)).isOne();
        assertThat(db.fetchCount(OUTAGE)).isOne();

        // And does not count again when it ends
        audit.write(later(scoped(injected(2, 11), outside), Lifecycle.FINISHED));
        assertThat(audit.verdicts.get(Verdict.EXEMPT)).isZero();
    }

    @Test
    void shouldCallAPodThatIsOlderThanTheConfigurationNotMissed() {
        // Given the first start in a cluster full of Pods, and a configuration that is new
        Scope young = new Scope(null, new Scope.Configuration("hook", uid(1), 1, at(60)));
        List<Event> published =
                audit.write(scoped(missed(1, 10), young), scoped(missed(2, 60), young), scoped(preset(3, 10), young));

        // Then nothing is missed and nothing is an outage; what needs no mutation is not even stored
        assertThat(row(1).getVerdict()).isEqualTo(Verdict.PREDATES);
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.PREDATES);
        assertThat(row(3)).isNull();
        assertThat(published).isEmpty();
        assertThat(db.fetchCount(OUTAGE)).isZero();
    }

    @Test
    void shouldKeepTwoClustersOfOneTopicApart() {
        // Given the same uids, names, stamps and times in two clusters
        WatchedWebhook other = new WatchedWebhook("garden-2", SOURCE.webhook());
        audit.write(SOURCE, List.of(injected(1, 10), missed(2, 20)));
        audit.write(other, List.of(missed(1, 10), injected(2, 20), admission(7, 21), injected(3, 60)));

        // Then each has its own verdicts and its own outage, open in one of them
        assertThat(db.selectFrom(OUTAGE_HISTORY).orderBy(OUTAGE_HISTORY.CLUSTER).fetch())
                .extracting(row -> row.getCluster(), row -> row.getOpen(), row -> row.getMissed())
                .containsExactly(tuple("garden-1", true, 1L), tuple("garden-2", false, 1L));
        assertThat(db.selectFrom(MISSED_INJECTIONS)
                        .orderBy(MISSED_INJECTIONS.CLUSTER)
                        .fetch())
                .extracting(row -> row.getCluster(), row -> row.getPodUid(), row -> row.getCause())
                .containsExactly(
                        tuple("garden-1", uid(2), Cause.UNKNOWN), tuple("garden-2", uid(1), Cause.LATE_ANSWER));
    }

    @Test
    void shouldTellPodsOfAStatefulSetApartThatHaveOneName() {
        // Given db-0, missed, deleted, and made again under its name, injected, then missed once more
        audit.write(named(missed(1, 10), "db-0"));
        audit.write(later(named(missed(1, 10), "db-0"), Lifecycle.GONE), named(injected(2, 20), "db-0"));
        audit.write(named(missed(3, 40), "db-0"));

        // When one answer comes late
        audit.write(admission(101, "db-0", 41));

        // Then the uid tells them apart, and the answer is for one of them
        assertThat(row(1).getVerdict()).isEqualTo(Verdict.MISSED);
        assertThat(row(1).getLifecycle()).isEqualTo(Lifecycle.GONE);
        assertThat(row(2).getVerdict()).isEqualTo(Verdict.INJECTED);
        assertThat(row(3).getVerdict()).isEqualTo(Verdict.MISSED);
        assertThat(List.of(row(1).getCause(), row(3).getCause()))
                .containsExactlyInAnyOrder(Cause.LATE_ANSWER, Cause.UNKNOWN);
    }

    @Test
    void shouldSeeAnOutageInWhichNobodyCreatesPods() {
        // Given probes every 10 s and no Pod
        List<Event> opened = audit.write(probe(0, true), probe(10, true), probe(20, false), probe(30, false));
        List<Event> closed = audit.write(probe(40, true), probe(40, true), probe(50, true));

        // Then the outage is seen, bounded and closed, and counts no Pod
        assertThat(opened).singleElement().isInstanceOfSatisfying(Outage.class, outage -> {
            assertThat(outage.state()).isEqualTo(Outage.State.OPEN);
            assertThat(outage.probes()).isEqualTo(2);
        });
        assertThat(closed).singleElement().isInstanceOfSatisfying(Outage.class, outage -> {
            assertThat(outage.state()).isEqualTo(Outage.State.CLOSED);
            assertThat(outage.startedAfter()).isEqualTo(at(10));
            assertThat(outage.startedBy()).isEqualTo(at(20));
            assertThat(outage.endedAfter()).isEqualTo(at(30));
            assertThat(outage.endedBefore()).isEqualTo(at(40));
            assertThat(outage.missed()).isZero();
            assertThat(outage.probes()).isEqualTo(2);
        });
        assertThat(db.fetchCount(POD)).isZero();
    }

    @Test
    void shouldTellHowTheLastRequestForAMissedPodEnded() {
        // Given a Pod whose recreation was refused, which counts as no attempt, and then done
        audit.write(missed(1, 12));
        db.execute("""
                insert into injection_auditor.recreation
                    (webhook_id, request_id, pod_uid, namespace, pod_name, attempt, requested_at, outcome,
                     replacement_name, finished_at)
                select webhook_id, request_id, pod_uid, namespace, pod_name, 1, requested_at,
                       outcome::injection_auditor.recreation_outcome, replacement, requested_at + interval '1 second'
                from injection_auditor.pod
                cross join (values ('b', '2026-01-02Z'::timestamptz, 'recreated', 'web-2'),
                                   ('a', '2026-01-01Z', 'refused', null))
                    r (request_id, requested_at, outcome, replacement)
                """);

        // Then
        assertThat(db.fetchSingle(MISSED_INJECTIONS))
                .returns(Outcome.RECREATED, row -> row.get(MISSED_INJECTIONS.RECREATION))
                .returns("web-2", row -> row.get(MISSED_INJECTIONS.REPLACEMENT));
    }

    @Test
    void shouldChangeNothingWhenEverythingComesAgain() {
        List<Event> events = List.of(
                injected(1, 10), missed(2, 20), probe(21, false), injected(3, 30), admission(1, 9.9), probe(40, true));
        audit.write(SOURCE, events);
        List<?> before = tables();

        assertThat(audit.write(SOURCE, events)).isEmpty();
        assertThat(tables()).isEqualTo(before);
    }

    private List<?> tables() {
        return dev.injectionauditor.auditor.db.InjectionAuditor.INJECTION_AUDITOR.getTables().stream()
                .map(table -> db.selectFrom(table).fetch().sortAsc(0).formatCSV())
                .toList();
    }

    private PodRecord row(int number) {
        return db.fetchOne(POD, POD.POD_UID.eq(uid(number)));
    }

    private List<org.assertj.core.groups.Tuple> causes() {
        return db.selectFrom(POD)
                .where(POD.CAUSE.isNotNull())
                .orderBy(POD.POD_UID)
                .fetch(pod -> tuple((int) pod.getPodUid().getLeastSignificantBits(), pod.getCause()));
    }
}
