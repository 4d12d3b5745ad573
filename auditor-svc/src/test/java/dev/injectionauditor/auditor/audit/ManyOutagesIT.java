package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE;
import static dev.injectionauditor.auditor.db.Tables.EVIDENCE_KEPT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.time.Duration;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A webhook with many outages: while old evidence is dropped nobody can write, so that must not take long. */
class ManyOutagesIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final int OUTAGES = 5_000;
    private static final int CALLS_TO_AN_OUTAGE = 20;
    private static final long DAY = 86_400;

    private DSLContext db;

    /** Each minute an outage that two of the applied calls bound, and at the end one that is open. */
    @BeforeEach
    void fill() {
        db = database.get().jooq();
        db.execute("insert into injection_auditor.watched_webhook (cluster, webhook) values ('garden-1', 'hook')");
        db.execute("""
                insert into injection_auditor.outage (outage_id, webhook_id, started_after, started_by, ended_after,
                    ended_before, missed, preset, probes, applied)
                select gen_random_uuid(), 1, begin, begin + interval '1 s', begin + interval '2 s',
                    case when n < {1} then begin + interval '30 s' end, 1, 0, 0, 0
                from (select n, {0} + n * interval '1 min' as begin from generate_series(1, {1}) n) outages
                """, val(ZERO), val(OUTAGES));
        db.execute("""
                insert into injection_auditor.evidence (webhook_id, at, version, ref, source, kind)
                select 1, {0} + n * interval '3 s', 0, gen_random_uuid(), 'pod', 'applied'
                from generate_series(1, {1}) n
                """, val(ZERO), val(OUTAGES * CALLS_TO_AN_OUTAGE));
    }

    @Test
    void shouldDropTheOldEvidenceButForTheBoundsOfOutages() {
        // Given partitions
        Auditing audit = new Auditing(db);
        PartitionMaintenance maintenance = new PartitionMaintenance(db, Duration.ofDays(30), audit);
        maintenance.runOnce();

        // When they are older than the retention
        audit.now = at(50 * DAY);
        maintenance.runOnce();

        // Then what bounds an outage is left
        assertThat(db.fetchCount(EVIDENCE_KEPT)).isEqualTo(2 * OUTAGES - 1);
        assertThat(db.fetchCount(EVIDENCE)).isEqualTo(2 * OUTAGES - 1);
    }

    @Test
    void shouldNotLookThroughTheOutagesForEachCall() {
        // Given
        db.execute("analyze injection_auditor.evidence_kept, injection_auditor.outage");
        Condition outlives = Partitions.all().getLast().outlives().apply(EVIDENCE_KEPT);

        // When it is asked which are kept, and which are not
        String kept = db.explain(db.selectFrom(EVIDENCE_KEPT).where(outlives)).plan();
        String dropped =
                db.explain(db.selectFrom(EVIDENCE_KEPT).where(not(outlives))).plan();

        // Then each is looked up
        assertThat(kept).contains("hashed SubPlan");
        assertThat(dropped).contains("hashed SubPlan");
    }
}
