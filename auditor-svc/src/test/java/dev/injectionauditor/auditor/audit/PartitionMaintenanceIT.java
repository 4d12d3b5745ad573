package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static dev.injectionauditor.auditor.audit.Auditing.admission;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.pod;
import static dev.injectionauditor.auditor.audit.Auditing.stamp;
import static dev.injectionauditor.auditor.audit.Auditing.uid;
import static dev.injectionauditor.auditor.db.Tables.ADMISSION;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.PodObservation;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jooq.DSLContext;
import org.jooq.Table;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PartitionMaintenanceIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Duration WEEK = Duration.ofDays(7);
    private static final long DAY = 86_400;

    private DSLContext db;
    private Auditing audit;
    private PartitionMaintenance maintenance;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
        maintenance = new PartitionMaintenance(db, Duration.ofDays(30), audit);
    }

    @Test
    void shouldMakeAPartitionForEachWeekOfTheRetentionAndOneAhead() {
        // Given rows that came before any partition
        audit.write(injected(1, 0), admission(1, 0));
        assertThat(partitionOf(POD, uid(1))).isEqualTo("pod_kept");

        // When
        maintenance.runOnce();
        maintenance.runOnce();

        // Then there are those of the last 30 days, of this week (ZERO is a Monday) and of the next
        assertThat(partitions("pod"))
                .containsExactly(
                        "pod_20261019",
                        "pod_20261026",
                        "pod_20261102",
                        "pod_20261109",
                        "pod_20261116",
                        "pod_20261123",
                        "pod_20261130",
                        "pod_kept");
        assertThat(partitions("evidence")).hasSize(8);
        assertThat(partitions("admission")).hasSize(8);

        // And the rows are where they belong, found by uid and by stamp, and told apart from a copy
        assertThat(partitionOf(POD, uid(1))).isEqualTo("pod_20261123");
        audit.write(later(injected(1, 0), Lifecycle.FINISHED), pod(2, 8 * DAY, null, stamp(1), List.of("web")));
        assertThat(verdict(1)).isEqualTo(Verdict.INJECTED);
        assertThat(verdict(2)).isEqualTo(Verdict.MISSED);
        assertThat(db.fetchCount(POD)).isEqualTo(2);
        assertThat(partitionOf(POD, uid(2))).isEqualTo("pod_20261130");
    }

    @Test
    void shouldNeverHideARowFromWhoReadsWhilePartitionsComeAndGo() throws Exception {
        // Given a missed Pod in each of many weeks
        int weeks = 30;
        for (int week = 0; week < weeks; week++) {
            audit.write(missed(week + 1, week * 7 * DAY));
        }
        Set<Integer> seen = ConcurrentHashMap.newKeySet();
        AtomicBoolean over = new AtomicBoolean();

        // When somebody counts them again and again while their partitions are made and dropped
        List<Future<?>> readers = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int reader = 0; reader < 3; reader++) {
                readers.add(executor.submit(() -> {
                    while (!over.get()) {
                        seen.add(db.fetchCount(POD));
                    }
                }));
            }
            try {
                for (int week = 0; week < weeks + 6; week++) {
                    audit.now = ZERO.plus(WEEK.multipliedBy(week));
                    maintenance.runOnce();
                }
            } finally {
                over.set(true);
            }
        }

        // Then all were there all the time
        assertThat(seen).containsExactly(weeks);
        for (Future<?> reader : readers) {
            reader.get();
        }
    }

    @Test
    void shouldDropWhatAnEarlierRunHasDetachedAndNothingElse() {
        // Given a member that was killed between detaching a partition and dropping it
        audit.write(injected(1, 0), missed(2, 0));
        maintenance.runOnce();
        audit.now = at(50 * DAY);
        db.transaction(transaction -> PartitionMaintenance.detach(
                transaction.dsl(), Partitions.all().getFirst(), "pod_20261123", Partitions.week(at(10 * DAY))));
        assertThat(tables()).contains("pod_20261123_detached");

        // And a partition that an administrator has detached
        db.execute("alter table injection_auditor.pod detach partition injection_auditor.pod_20261130");

        // When
        maintenance.runOnce();

        // Then the first is dropped, and what outlives it is there once
        assertThat(tables()).contains("pod_20261130").noneMatch(table -> table.endsWith("_detached"));
        assertThat(db.selectFrom(POD).fetch(POD.POD_UID)).containsExactlyInAnyOrder(uid(1), uid(2));
    }

    @Test
    void shouldDropWhatIsOlderThanTheRetentionButForMissesAndOutages() {
        // Given an outage, and Pods around it that are gone by now but for one
        PodObservation before = injected(1, 0);
        PodObservation miss = missed(2, 10);
        PodObservation longAfter = injected(5, 1_000);
        audit.write(before, admission(1, 0), miss, injected(3, 20), injected(4, 500), longAfter);
        for (PodObservation pod : List.of(before, miss, injected(3, 20), longAfter)) {
            audit.write(later(pod, Lifecycle.GONE));
        }
        maintenance.runOnce();
        String outages = outages();
        String missedInjections = db.selectFrom(MISSED_INJECTIONS).fetch().formatCSV();

        // When the last day on which any of that week is younger than the retention is over
        audit.now = ZERO.plus(WEEK).plus(Duration.ofDays(29));
        maintenance.runOnce();
        assertThat(db.fetchCount(POD)).isEqualTo(5);
        audit.now = ZERO.plus(WEEK).plus(Duration.ofDays(30));
        maintenance.runOnce();

        // Then its partition is dropped; what is left is the missed Pod and the one that still exists
        assertThat(partitions("pod")).doesNotContain("pod_20261123").contains("pod_20261130", "pod_kept");
        assertThat(db.selectFrom(POD).fetchSet(POD.POD_UID)).isEqualTo(Set.of(uid(2), uid(4)));
        assertThat(db.fetchCount(ADMISSION)).isZero();

        // And the outage with its bounds, and the missed Pod in it
        assertThat(outages()).isEqualTo(outages);
        assertThat(db.selectFrom(MISSED_INJECTIONS).fetch().formatCSV()).isEqualTo(missedInjections);
        assertThat(db.selectFrom(EVIDENCE).fetchSet(EVIDENCE.REF)).isEqualTo(Set.of(uid(1), uid(2), uid(3)));

        // And the Pod that still existed goes when it does
        audit.write(later(injected(4, 500), Lifecycle.GONE));
        maintenance.runOnce();
        assertThat(db.selectFrom(POD).fetchSet(POD.POD_UID)).isEqualTo(Set.of(uid(2)));
    }

    @Test
    void shouldNotChangeTheOutagesOfATimeThatIsOver() {
        // Given outages of a week that has been dropped
        audit.write(
                injected(1, 0), missed(2, 10), injected(3, 20), injected(9, 100), injected(4, 500), missed(5, 1_000));
        audit.now = at(50 * DAY);
        maintenance.runOnce();
        maintenance.runOnce();
        String outages = outages();

        // When a Pod of that week comes late, and one goes that was the last of its window
        List<Event> published = audit.write(missed(6, 15), injected(7, 300), later(missed(5, 1_000), Lifecycle.GONE));

        // Then no outage changes, because what it would be compared with is gone; the miss is kept all the same
        assertThat(outages()).isEqualTo(outages);
        assertThat(published).hasSize(1);
        assertThat(verdict(6)).isEqualTo(Verdict.MISSED);

        // And the outage that was open ends with what comes now
        audit.write(injected(8, 50 * DAY));
        assertThat(db.selectFrom(OUTAGE)
                        .orderBy(OUTAGE.STARTED_BY.desc())
                        .fetch()
                        .getFirst()
                        .getEndedBefore())
                .isEqualTo(at(50 * DAY));
    }

    @Test
    void shouldKnowACopyAfterItsOriginalIsForgotten() {
        // Given a copy that still exists and an original that is gone
        audit.write(injected(1, 0), pod(2, 10, null, stamp(1), List.of()));
        audit.write(later(injected(1, 0), Lifecycle.GONE));
        maintenance.runOnce();
        audit.now = at(50 * DAY);
        maintenance.runOnce();
        assertThat(db.selectFrom(POD).fetchSet(POD.POD_UID)).isEqualTo(Set.of(uid(2)));

        // When the copy is seen again
        audit.write(later(pod(2, 10, null, stamp(1), List.of()), Lifecycle.FINISHED));

        // Then its verdict is what it was
        assertThat(verdict(2)).isEqualTo(Verdict.PRESET);
    }

    @Test
    void shouldLeaveTheWorkToOneMember() {
        // Given another member that is at it
        Instant made = maintenance.lastComplete();
        audit.now = audit.now.plusSeconds(60);
        db.transaction(transaction -> {
            transaction.dsl().execute("select pg_advisory_xact_lock({0})", PartitionMaintenance.LOCK);

            // When
            maintenance.runOnce();

            // Then nothing is done here, and nothing is claimed
            assertThat(partitions("pod")).containsExactly("pod_kept");
            assertThat(maintenance.lastComplete()).isEqualTo(made);
        });
    }

    @Test
    void shouldDoWithoutAPartitionWhoseNameIsTaken() {
        // Given a partition that an administrator has detached, and somebody who reads the table for long
        maintenance.runOnce();
        db.execute("alter table injection_auditor.pod detach partition injection_auditor.pod_20261123");
        audit.now = audit.now.plusSeconds(60);
        db.transaction(transaction -> {
            transaction.dsl().execute("lock table injection_auditor.pod in access share mode");

            // When
            maintenance.runOnce();

            // Then nobody is asked to make way for nothing
            assertThat(maintenance.lastComplete()).isEqualTo(audit.now);
        });

        // And rows of that week have a place
        audit.write(injected(1, 0));
        maintenance.runOnce();
        assertThat(partitionOf(POD, uid(1))).isEqualTo("pod_kept");
        assertThat(partitions("pod")).doesNotContain("pod_20261123").contains("pod_20261130");

        // And the next weeks have partitions
        audit.now = audit.now.plus(WEEK);
        maintenance.runOnce();
        assertThat(partitions("pod")).contains("pod_20261207");
    }

    @Test
    void shouldPutOffWhatSomebodyIsInTheWayOf() {
        Instant made = maintenance.lastComplete();
        audit.now = audit.now.plusSeconds(60);
        db.transaction(transaction -> {
            // Given a report that reads one of the tables for long
            transaction.dsl().execute("lock table injection_auditor.pod in access share mode");

            // When
            maintenance.runOnce();

            // Then the other tables have their partitions, and that this is not all is known
            assertThat(partitions("pod")).containsExactly("pod_kept");
            assertThat(partitions("evidence")).hasSizeGreaterThan(1);
            assertThat(maintenance.lastComplete()).isEqualTo(made);
        });

        // And the next time all is done
        maintenance.runOnce();
        assertThat(partitions("pod")).hasSizeGreaterThan(1);
        assertThat(maintenance.lastComplete()).isEqualTo(audit.now);
    }

    private List<String> partitions(String table) {
        return db
                .fetch(
                        "select inhrelid::regclass::text from pg_inherits where inhparent = {0}::regclass order by 1",
                        org.jooq.impl.DSL.inline("injection_auditor." + table))
                .getValues(0, String.class)
                .stream()
                .map(name -> name.replace("injection_auditor.", ""))
                .toList();
    }

    /** All that have a name such as a partition has. */
    private List<String> tables() {
        return db.fetch("select relname from pg_class where relkind = 'r' and relname ~ '_[0-9]{8}'")
                .getValues(0, String.class);
    }

    private String partitionOf(Table<?> table, UUID uid) {
        return db.fetchOne("select tableoid::regclass::text from {0} where pod_uid = {1}", table, uid)
                .get(0, String.class)
                .replace("injection_auditor.", "");
    }

    private Verdict verdict(int number) {
        return db.fetchOne(POD, POD.POD_UID.eq(uid(number))).getVerdict();
    }

    private String outages() {
        return db.selectFrom(OUTAGE).orderBy(OUTAGE.STARTED_BY).fetch().formatCSV();
    }
}
