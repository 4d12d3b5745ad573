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
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.sql.WebhookTable;
import dev.injectionauditor.auditor.audit.verdict.Verdict;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class GraceSweepIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private DSLContext db;
    private Auditing audit;
    private GraceSweep sweep;

    @BeforeEach
    void open() {
        db = database.get().jooq();
        audit = new Auditing(db);
        sweep = new GraceSweep(db, Duration.ofMinutes(5), new AuditMetrics(registry), audit);
    }

    @Test
    void shouldFlagAStampWhoseEventDoesNotCome() {
        // Given Pods with a stamp with and without an event, with a copied one, and without one
        audit.write(
                injected(1, 0),
                injected(2, 0),
                admission(2, 0),
                pod(3, 5, null, stamp(2), List.of("web")),
                pod(4, 0, null, stamp(4), List.of("sidecar")),
                missed(5, 0));

        // When the grace period is not over yet
        audit.now = ZERO.plus(Duration.ofMinutes(5)).minusMillis(1);
        sweep.runOnce();

        // Then nothing is flagged
        assertThat(unconfirmed()).isEmpty();

        // When it is
        audit.now = ZERO.plus(Duration.ofMinutes(5));
        sweep.runOnce();

        // Then those are that have a stamp of their own and no event, once however often it is looked, and the verdict
        // stays
        assertThat(unconfirmed()).containsExactlyInAnyOrder(uid(1), uid(4));
        assertThat(count("injection_auditor_unconfirmed_stamps")).isEqualTo(2);
        sweep.runOnce();
        assertThat(count("injection_auditor_unconfirmed_stamps")).isEqualTo(2);
        assertThat(db.fetchOne(POD, POD.POD_UID.eq(uid(1))).getVerdict()).isEqualTo(Verdict.INJECTED);

        // And the flag outlives changes of the Pod
        audit.write(later(injected(1, 0), Lifecycle.FINISHED));
        assertThat(unconfirmed()).containsExactlyInAnyOrder(uid(1), uid(4));

        // When an event comes after all
        audit.write(admission(1, 0));

        // Then the flag is gone
        assertThat(unconfirmed()).containsExactly(uid(4));
    }

    @Test
    void shouldFlagAPodThatIsStoredLate() {
        // Given a sweep that has passed its creation
        audit.write(missed(1, 0));
        audit.now = at(3600);
        sweep.runOnce();

        // When a Pod comes that was created long before
        audit.write(injected(2, 0));
        sweep.runOnce();
        assertThat(unconfirmed()).isEmpty();
        audit.now = at(3900);
        sweep.runOnce();

        // Then it gets its grace period, and is not forgotten
        assertThat(unconfirmed()).containsExactly(uid(2));
    }

    @Test
    void shouldCountAnEventWithoutAPodAndGiveItNoVerdict() {
        // Given a Pod that was admitted and rejected later, so that it never came to be, and one that was not
        audit.write(admission(1, 0), admission(2, 0), injected(2, 0));

        // When
        audit.now = at(300);
        sweep.runOnce();
        sweep.runOnce();

        // Then
        assertThat(orphaned()).containsExactly(stamp(1));
        assertThat(count("injection_auditor_orphaned_admissions")).isEqualTo(1);
        assertThat(db.fetchCount(POD)).isOne();

        // And if its Pod comes after all
        audit.write(injected(1, 0));
        assertThat(orphaned()).isEmpty();
    }

    @Test
    void shouldNotMissTheEventOfAPodThatOutlivesTheRetention() {
        // Given Pods that live for longer than the retention, the second one created when a week begins
        Duration retention = Duration.ofDays(30);
        PartitionMaintenance maintenance = new PartitionMaintenance(db, retention, audit);
        long week =
                Duration.between(ZERO, Instant.parse("2026-11-30T00:00:00Z")).toSeconds();
        audit.write(injected(1, 0), admission(1, 0), injected(2, week), admission(2, week - 0.1));
        maintenance.runOnce();
        audit.now = at(week).plus(retention);
        maintenance.runOnce();
        assertThat(db.fetchCount(ADMISSION)).isZero();

        // When they change, and one comes that has lost its event
        audit.write(later(injected(1, 0), Lifecycle.FINISHED), later(injected(2, week), Lifecycle.FINISHED));
        audit.write(injected(3, week + retention.toSeconds()));
        audit.now = audit.now.plus(Duration.ofMinutes(5));
        sweep.runOnce();

        // Then only that is flagged: the events of the others have come, and are not kept any more
        assertThat(unconfirmed()).containsExactly(uid(3));
        assertThat(count("injection_auditor_unconfirmed_stamps")).isOne();
    }

    @Test
    void shouldLookAtAllWebhooksAndAtNewOnes() {
        // Given a webhook that was swept, and another one that comes after that
        audit.write(injected(1, 0));
        audit.now = at(300);
        sweep.runOnce();
        audit.write(new WatchedWebhook("garden-2", "hook.example.org"), List.of(injected(2, 290), admission(3, 290)));
        audit.write(injected(4, 295));

        // When
        audit.now = at(600);
        sweep.runOnce();

        // Then the rows of both are looked at
        assertThat(unconfirmed()).containsExactlyInAnyOrder(uid(1), uid(2), uid(4));
        assertThat(orphaned()).containsExactly(stamp(3));
        assertThat(count("injection_auditor_unconfirmed_stamps")).isEqualTo(3);
    }

    @Test
    void shouldNotFlagWhatComesBeforeItHasTheLock() throws Exception {
        // Given a Pod whose time has come, and a transaction that is about to bring its event
        audit.write(injected(1, 0));
        audit.now = at(300);
        AtomicReference<CompletableFuture<Void>> swept = new AtomicReference<>();
        db.transaction(late -> {
            WebhookTable.lock(late.dsl(), Auditing.SOURCE);

            // When a sweep has found the Pod
            swept.set(Waiting.begin(db, sweep::runOnce));

            // And the event comes
            new Auditing(late.dsl()).write(admission(1, 0));
        });
        swept.get().get();

        // Then it is not flagged
        assertThat(unconfirmed()).isEmpty();
        assertThat(count("injection_auditor_unconfirmed_stamps")).isZero();
    }

    @Test
    void shouldFlagTheOthersIfOneWebhookFails() {
        // Given two webhooks, the first of which cannot be changed
        audit.write(injected(1, 0));
        audit.write(new WatchedWebhook("garden-2", "hook.example.org"), List.of(injected(2, 0)));
        db.execute("""
                alter table injection_auditor.pod add constraint broken
                check (webhook_id <> (1) or not unconfirmed) not valid
                """);
        audit.now = at(300);

        // When
        assertThatThrownBy(sweep::runOnce).isInstanceOf(DataAccessException.class);

        // Then the other one has been
        assertThat(unconfirmed()).containsExactly(uid(2));

        // And nothing is forgotten
        db.execute("alter table injection_auditor.pod drop constraint broken");
        audit.now = at(3_000);
        sweep.runOnce();
        assertThat(unconfirmed()).containsExactlyInAnyOrder(uid(1), uid(2));
    }

    private Set<UUID> unconfirmed() {
        return db.selectFrom(POD).where(POD.UNCONFIRMED).fetchSet(POD.POD_UID);
    }

    private Set<UUID> orphaned() {
        return db.selectFrom(ADMISSION).where(ADMISSION.ORPHANED).fetchSet(ADMISSION.REQUEST_UID);
    }

    private double count(String name) {
        return registry.get(name).counter().count();
    }
}
