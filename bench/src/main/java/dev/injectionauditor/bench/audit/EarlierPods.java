package dev.injectionauditor.bench.audit;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import org.jooq.DSLContext;

/**
 * What is stored of the four weeks before the traffic of {@link FleetTraffic}: Pods that are gone, with their
 * admissions and evidence, in a partition for each week; the calls of 12 s every ten minutes were missed, an outage
 * each time.
 */
final class EarlierPods {

    private static final Duration SPAN = Duration.ofDays(28);
    private static final Duration BEFORE_THE_TRAFFIC = Duration.ofDays(1);
    private static final List<String> PARTITIONED = List.of("pod", "admission", "evidence");

    private EarlierPods() {}

    /** Fills an empty history. */
    static void fill(DSLContext db, int clusters, int pods) {
        Instant end = Instant.now().minus(BEFORE_THE_TRAFFIC);
        Instant begin = end.minus(SPAN);
        db.execute("set search_path to injection_auditor");
        partitions(db, begin, end);
        db.execute("""
                insert into watched_webhook (cluster, webhook)
                select 'garden-' || n, 'hook.example.org' from generate_series(0, {0} - 1) n
                """, clusters);
        db.execute("""
                insert into pod (webhook_id, pod_uid, namespace, pod_name, owner_api_version, owner_kind, owner_name,
                        owner_uid, created_at, resource_version, stamp, containers, lacking, in_force_since, lifecycle,
                        lifecycle_version, verdict, cause, stored_at)
                select 1 + n % {0}, gen_random_uuid(), 'ns-' || owner % 50,
                       'earlier-workload-' || owner || '-' || substr(md5(n::text), 1, 5), 'apps/v1', 'ReplicaSet',
                       'earlier-workload-' || owner, md5((n % {0})::text || owner)::uuid, date_trunc('second', t), n,
                       case when not missed then gen_random_uuid() end, 2,
                       case when missed then array['web', 'proxy'] else '{}' end, {1}::timestamptz, 'gone', n + 60,
                       case when missed then 'missed' else 'injected' end::verdict,
                       case when missed then 'unknown'::cause end, t
                from (select n, n / 600 owner, t, extract(epoch from t)::bigint % 600 < 12 missed
                      from (select n, {1}::timestamptz + n * ({2}::timestamptz - {1}::timestamptz) / {3} t
                            from generate_series(0, {3} - 1) n) numbered) p
                """, clusters, begin.toString(), end.toString(), pods);
        db.execute("""
                insert into admission (webhook_id, request_uid, namespace, generate_name, owner_uid, containers, patched,
                        answered_at, replica, stored_at)
                select webhook_id, stamp, namespace, owner_name || '-', owner_uid, 2, 2, created_at, 'webhook-1', stored_at
                from pod where stamp is not null
                """);
        db.execute("""
                insert into evidence
                select webhook_id, created_at, resource_version, pod_uid, 'pod',
                       case when verdict = 'missed' then 'missed' else 'applied' end::evidence_kind
                from pod
                """);
        db.execute("""
                insert into outage
                select gen_random_uuid(), webhook_id, min(at) - interval '1 s', min(at), max(at), max(at) + interval '1 s',
                       count(*), 0, 0, 0
                from evidence where kind = 'missed'
                group by webhook_id, extract(epoch from at)::bigint / 600
                """);
        // So far, Pods without admissions and admissions without Pods have been looked for.
        db.execute("insert into sweep select webhook_id, {0}::timestamptz from watched_webhook", end.toString());
        db.execute("vacuum analyze");
        db.execute("checkpoint");
        db.execute("reset search_path");
    }

    /** As the auditor makes them, with room on their pages for Pods that change. */
    private static void partitions(DSLContext db, Instant begin, Instant end) {
        LocalDate first =
                LocalDate.ofInstant(begin, ZoneOffset.UTC).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        LocalDate last = LocalDate.ofInstant(end, ZoneOffset.UTC);
        for (LocalDate week = first; !week.isAfter(last); week = week.plusWeeks(1)) {
            for (String table : PARTITIONED) {
                db.execute(
                        "create table %1$s_%2$s partition of %1$s for values from ('%3$s 00:00Z') to ('%4$s 00:00Z') with (fillfactor = %5$d)"
                                .formatted(
                                        table,
                                        DateTimeFormatter.BASIC_ISO_DATE.format(week),
                                        week,
                                        week.plusWeeks(1),
                                        table.equals("pod") ? 70 : 100));
            }
        }
    }
}
