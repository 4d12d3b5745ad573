package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.OlderSchema;
import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import java.util.List;
import java.util.UUID;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A history of an older version goes on, and so do auditors of that version until they are replaced. */
class PodsInPlaceMigrationIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    @Test
    void shouldTellWhichMissedPodsAreActiveWhoeverWritesThem() {
        // Given Pods of an older history, in a partition of their week and in none
        DSLContext db = database.get().jooq();
        OlderSchema.replace(database, "7");
        db.execute("""
                create table injection_auditor.pod_20261123 partition of injection_auditor.pod
                for values from ('2026-11-23 00:00Z') to ('2026-11-30 00:00Z')
                """);
        db.execute("insert into injection_auditor.watched_webhook (cluster, webhook) values ('garden-1', 'hook')");
        write(db, 1, "2026-11-24", "active", "missed");
        write(db, 2, "2026-11-24", "active", "injected");
        write(db, 3, "2026-11-24", "gone", "missed");
        write(db, 4, "2026-11-01", "active", "missed");

        // When it is brought up to date
        database.get().migrate();

        // Then
        assertThat(active(db)).containsExactly(1L, 4L);

        // And when an auditor of the older version, which does not know the column, writes on
        write(db, 4, "2026-11-01", "finished", "missed");
        write(db, 5, "2026-11-24", "active", "missed");

        // Then too, and the views have all
        assertThat(active(db)).containsExactly(1L, 5L);
        assertThat(db.fetchValues("""
                select lifecycle::text from injection_auditor.missed_injections order by pod_uid
                """)).isEqualTo(List.of("active", "gone", "finished", "active"));
    }

    /** As auditors did before there was the column. */
    private static void write(DSLContext db, int number, String day, String lifecycle, String verdict) {
        db.execute("""
                insert into injection_auditor.pod (webhook_id, pod_uid, namespace, pod_name, created_at, resource_version,
                    containers, lacking, in_force_since, lifecycle, lifecycle_version, verdict, cause, stored_at)
                values (1, '%s', 'shop', 'web', '%s 00:00Z', 1, 1, '{}', '2026-01-01Z', '%s', 1, '%s', %s, now())
                on conflict (webhook_id, pod_uid, created_at) do update set lifecycle = excluded.lifecycle
                """.formatted(
                        new UUID(0, number), day, lifecycle, verdict, verdict.equals("missed") ? "'unknown'" : "null"));
    }

    private static List<Long> active(DSLContext db) {
        return db.selectFrom(POD)
                .where(PodTable.MISSED_AND_ACTIVE)
                .orderBy(POD.POD_UID)
                .fetch(pod -> pod.getPodUid().getLeastSignificantBits());
    }
}
