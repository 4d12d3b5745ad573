package dev.injectionauditor.bench.audit;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.auditor.audit.outage.LoggedCreation;
import dev.injectionauditor.auditor.audit.outage.LoggedHistory;
import dev.injectionauditor.bench.CpuClock;
import dev.injectionauditor.bench.Figures;
import dev.injectionauditor.localstack.LocalPostgres;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jooq.DSLContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What it costs to bring outage windows up to date with one more call, by the length of the history. By way of audit
 * events, because they are the shortest way to the windows; Pods take the same one.
 */
@Command(
        name = "outages",
        mixinStandardHelpOptions = true,
        description = "Cost of outage recomputation for one event, by the length of the history.")
public final class OutageBench implements Callable<Integer> {

    private static final String WEBHOOK = "hook.example.org";
    /** A call each second, and every thousandth of them not applied: an outage window for each. */
    private static final int CALLS_OF_A_WINDOW = 1_000;

    @Option(
            names = "--history",
            split = ",",
            defaultValue = "1000,10000,100000,1000000,10000000",
            description = "Rows of evidence there already, in ascending order. Default: ${DEFAULT-VALUE}")
    private List<Integer> lengths = List.of();

    @Option(names = "--events", defaultValue = "400", description = "Events of each kind. Default: ${DEFAULT-VALUE}")
    private int events;

    /** Benchmarks are made by the command line. */
    public OutageBench() {}

    private enum Kind {
        /** The usual event: applied, and newer than all others. */
        APPLIED_AT_THE_END,
        /** Not applied, far from any window: makes one. */
        MISSED_IN_THE_MIDDLE,
        /** Applied, within a window's quiet period. */
        APPLIED_BESIDE_A_WINDOW
    }

    @Override
    public Integer call() throws Exception {
        Figures table = new Figures(
                "evidence rows",
                "windows",
                "ms/event: applied, at the end",
                "missed, in the middle",
                "applied, beside a window",
                "CPU ms/event, PostgreSQL");
        try (LocalPostgres postgres =
                LocalPostgres.start(Files.createTempDirectory("injection-auditor-bench-postgres"), 0)) {
            CpuClock cpu = new CpuClock(postgres);
            for (int length : lengths) {
                try (Database database =
                        Database.open(postgres.createDatabase("history_" + length), LocalPostgres.USER, null)) {
                    database.migrate();
                    measure(database.jooq(), cpu, length, table);
                }
            }
        }
        table.print(System.out);
        return 0;
    }

    private void measure(DSLContext jooq, CpuClock cpu, int length, Figures table) {
        Instant end = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instant begin = end.minusSeconds(length);
        // A window needs what the history itself made of the evidence, so that is asked for a first event.
        fill(jooq, begin, length);
        LoggedHistory history = new LoggedHistory(jooq, "garden-1", Duration.ofSeconds(5));
        Random random = new Random(7);
        List<Double> figures = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            // Warm up.
            add(history, kind, begin, length, random, 50);
        }
        CpuClock.Spent before = cpu.now();
        for (Kind kind : Kind.values()) {
            figures.add(add(history, kind, begin, length, random, events));
        }
        CpuClock.Spent spent = cpu.now().minus(before);
        table.row(
                length,
                length / CALLS_OF_A_WINDOW,
                figures.get(0),
                figures.get(1),
                figures.get(2),
                spent.postgres() * 1_000 / (3.0 * events));
    }

    private static void fill(DSLContext jooq, Instant begin, int length) {
        jooq.execute("set search_path to injection_auditor");
        jooq.execute("insert into watched_webhook (cluster, webhook) values ('garden-1', '" + WEBHOOK + "')");
        jooq.execute("""
                insert into evidence (webhook_id, at, version, ref, source, kind)
                select 1, {0}::timestamptz + n * interval '1 s', 0, gen_random_uuid(), 'audit',
                       case when n %% %1$d = %1$d / 2 then 'missed' else 'applied' end::evidence_kind
                from generate_series(0, {1} - 1) n
                """.formatted(CALLS_OF_A_WINDOW), begin.toString(), length);
        jooq.execute("""
                insert into outage
                select gen_random_uuid(), 1, at - interval '1 s', at, at, at + interval '1 s', 1, 0, 0, 0
                from evidence where kind = 'missed'
                """);
        jooq.execute("""
                insert into call_hour
                select 1, date_trunc('hour', at, 'UTC'), count(*) filter (where kind = 'applied'),
                       count(*) filter (where kind = 'missed'), 0, 0, 0
                from evidence group by 2
                """);
        // What the server would do in the background while it is measured.
        jooq.execute("vacuum analyze");
        jooq.execute("checkpoint");
        jooq.execute("reset search_path");
    }

    /** The median, in milliseconds. */
    private static double add(LoggedHistory history, Kind kind, Instant begin, int length, Random random, int count) {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            LoggedCreation creation = creation(kind, begin, length, random);
            long start = System.nanoTime();
            history.add(List.of(creation));
            nanos.add(System.nanoTime() - start);
        }
        Collections.sort(nanos);
        return nanos.get(nanos.size() / 2) / 1e6;
    }

    private static LoggedCreation creation(Kind kind, Instant begin, int length, Random random) {
        int window = random.nextInt(length / CALLS_OF_A_WINDOW) * CALLS_OF_A_WINDOW + CALLS_OF_A_WINDOW / 2;
        Instant at = switch (kind) {
            case APPLIED_AT_THE_END -> begin.plusSeconds(length).plusMillis(random.nextInt(1_000_000));
            case MISSED_IN_THE_MIDDLE ->
                begin.plusSeconds(window - 20 - random.nextInt(400)).plusMillis(random.nextInt(1_000));
            case APPLIED_BESIDE_A_WINDOW -> begin.plusSeconds(window).plusMillis(1 + random.nextInt(900));
        };
        return new LoggedCreation(
                UUID.randomUUID(),
                at,
                "shop",
                "web",
                UUID.randomUUID(),
                kind == Kind.MISSED_IN_THE_MIDDLE,
                Map.of(WEBHOOK, kind != Kind.MISSED_IN_THE_MIDDLE));
    }
}
