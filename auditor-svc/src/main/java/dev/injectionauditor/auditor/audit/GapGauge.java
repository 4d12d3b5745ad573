package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.db.Tables.OBSERVATION_GAPS;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;

import dev.injectionauditor.service.Loop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/**
 * Shows how many gaps the observation has, of each webhook. All spans have to be gone through for that, so it is done
 * less often than the other gauges are read, but for a new webhook at once.
 */
final class GapGauge implements Loop.Work {

    /** Less than the 15 minutes that the alert looks back. */
    static final Duration COUNT_EVERY = Duration.ofMinutes(5);

    private final DSLContext db;
    private final InstantSource clock;
    private final MultiGauge gaps;
    private int webhooks;
    private Instant nextCount;

    GapGauge(DSLContext db, MeterRegistry registry, InstantSource clock) {
        this.db = db;
        this.clock = clock;
        this.nextCount = clock.instant();
        this.gaps = MultiGauge.builder("injection_auditor_observation_gaps")
                .description("Spans in which nobody watched the Pods; counted every five minutes")
                .register(registry);
    }

    @Override
    public boolean runOnce() {
        Instant now = clock.instant();
        int known = db.fetchCount(WATCHED_WEBHOOK);
        if (known != webhooks || !now.isBefore(nextCount)) {
            gaps.register(count(), true);
            webhooks = known;
            nextCount = now.plus(COUNT_EVERY);
        }
        return false;
    }

    private List<Row<?>> count() {
        return db
                .select(WATCHED_WEBHOOK.CLUSTER, WATCHED_WEBHOOK.WEBHOOK, DSL.count(OBSERVATION_GAPS.GAP_FROM))
                .from(WATCHED_WEBHOOK)
                .leftJoin(OBSERVATION_GAPS)
                .on(OBSERVATION_GAPS.CLUSTER.eq(WATCHED_WEBHOOK.CLUSTER))
                .and(OBSERVATION_GAPS.WEBHOOK.eq(WATCHED_WEBHOOK.WEBHOOK))
                .groupBy(WATCHED_WEBHOOK.CLUSTER, WATCHED_WEBHOOK.WEBHOOK)
                .fetch()
                .stream()
                .<Row<?>>map(
                        found -> Row.of(Tags.of("cluster", found.value1(), "webhook", found.value2()), found.value3()))
                .toList();
    }
}
