package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.ZERO;
import static dev.injectionauditor.auditor.audit.Auditing.admission;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.db.Tables.INJECTION_AVAILABILITY;
import static dev.injectionauditor.auditor.db.Tables.MISSED_INJECTIONS;
import static dev.injectionauditor.auditor.db.Tables.OUTAGE_HISTORY;
import static dev.injectionauditor.auditor.db.Tables.POD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.Event;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Partitions come and go while others write and read: nobody fails for it. */
class PartitionsUnderLoadIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private static final Duration WEEK = Duration.ofDays(7);
    private static final int WEEKS = 15;

    private final AtomicInteger numbers = new AtomicInteger();
    private volatile Instant now = ZERO;
    private volatile boolean over;
    private DSLContext db;

    @BeforeEach
    void open() {
        db = database.get().jooq();
    }

    @Test
    @Timeout(120)
    void shouldFailForNobodyWhileOthersWriteSweepAndRead() throws Exception {
        GraceSweep sweep =
                new GraceSweep(db, Duration.ofMinutes(5), new AuditMetrics(new SimpleMeterRegistry()), () -> now);
        PartitionMaintenance maintenance = new PartitionMaintenance(db, WEEK, () -> now);
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            // Given members of the group that write and sweep, and people who read
            List<Future<?>> others = Stream.<Runnable>of(
                            this::write, this::write, this::write, sweep::runOnce, this::read)
                    .<Future<?>>map(work -> executor.submit(() -> untilOver(work)))
                    .toList();

            // When week after week a partition of each table is made and one is dropped
            try {
                for (int week = 0; week < WEEKS; week++) {
                    now = ZERO.plus(WEEK.multipliedBy(week));
                    maintain(maintenance);
                }
            } finally {
                over = true;
            }

            // Then nobody else has failed either
            for (Future<?> other : others) {
                other.get(30, TimeUnit.SECONDS);
            }
        }

        // And there are the partitions of two weeks of the past, of this one and of the next, and none besides
        assertThat(db.fetch("select from pg_class where relkind = 'r' and relname ~ '^pod_.*[0-9]{8}$'"))
                .hasSize(3);
        assertThat(db.fetchCount(POD)).isGreaterThan(WEEKS);
    }

    /** As its loop does: if somebody has a lock for long, because the machine is busy, it tries again. */
    private void maintain(PartitionMaintenance maintenance) {
        maintenance.runOnce();
        for (int tries = 1; tries < 3 && !maintenance.lastComplete().equals(now); tries++) {
            maintenance.runOnce();
        }
        assertThat(maintenance.lastComplete()).isEqualTo(now);
    }

    private void untilOver(Runnable work) {
        while (!over) {
            work.run();
        }
    }

    /** Writes Pods of now and of a week that is dropped at the same time, of a known webhook and of a new one. */
    private void write() {
        Auditing audit = new Auditing(db);
        audit.now = now;
        long today = Duration.between(ZERO, now).toSeconds();
        audit.write(SOURCE, pods(today));
        audit.write(new WatchedWebhook("garden-" + numbers.incrementAndGet(), "hook.example.org"), pods(today));
        audit.write(SOURCE, pods(today - 2 * WEEK.toSeconds()));
    }

    private List<Event> pods(long from) {
        return IntStream.range(0, 50)
                .mapToObj(pod -> {
                    int number = numbers.incrementAndGet();
                    long second = from + number % WEEK.toSeconds();
                    return Stream.<Event>of(
                            number % 10 == 0 ? missed(number, second) : later(injected(number, second), Lifecycle.GONE),
                            admission(number, second),
                            // No Pod came of this one, which is flagged in time.
                            admission(-number, second));
                })
                .flatMap(events -> events)
                .toList();
    }

    private void read() {
        db.fetchCount(POD);
        db.fetchCount(MISSED_INJECTIONS);
        db.fetchCount(OUTAGE_HISTORY);
        db.fetchCount(INJECTION_AVAILABILITY);
    }
}
