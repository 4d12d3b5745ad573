package dev.injectionauditor.auditor.audit.recreation;

import static dev.injectionauditor.auditor.db.Tables.POD;
import static dev.injectionauditor.auditor.db.Tables.RECREATION;
import static dev.injectionauditor.auditor.db.Tables.RECREATION_DECISION;
import static dev.injectionauditor.auditor.db.Tables.WATCHED_WEBHOOK;
import static org.jooq.impl.DSL.count;

import dev.injectionauditor.auditor.audit.verdict.PodTable;
import dev.injectionauditor.schema.RecreationResult.Outcome;
import dev.injectionauditor.service.Loop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jooq.DSLContext;

/** Metrics of the missed Pods that are there now. Read from the database, so every replica shows the same. */
public final class RecreationGauges implements Loop.Work {

    private final DSLContext db;
    private final InstantSource clock;
    private final MultiGauge pods;
    private final MultiGauge breakers;

    /** @param db is read at each run, not when the metrics are asked for */
    public RecreationGauges(DSLContext db, MeterRegistry registry, InstantSource clock) {
        this.db = db;
        this.clock = clock;
        this.pods = MultiGauge.builder("injection_auditor_missed_pods")
                .description("Missed Pods that are pending or running, by the newest decision and its reason")
                .register(registry);
        this.breakers = MultiGauge.builder("injection_auditor_recreation_breakers")
                .description("Webhooks of which a replacement was ever missed again, by the state of their breaker")
                .register(registry);
    }

    @Override
    public boolean runOnce() {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        db.select(RECREATION_DECISION.DECISION, RECREATION_DECISION.REASON, count())
                .from(POD)
                .leftJoin(RECREATION_DECISION)
                .on(RECREATION_DECISION.WEBHOOK_ID.eq(POD.WEBHOOK_ID))
                .and(RECREATION_DECISION.POD_UID.eq(POD.POD_UID))
                .where(PodTable.MISSED_AND_ACTIVE)
                .groupBy(RECREATION_DECISION.DECISION, RECREATION_DECISION.REASON)
                .forEach(row -> rows.add(MultiGauge.Row.of(
                        Tags.of(
                                "decision",
                                row.value1() == null ? "none" : row.value1().getLiteral(),
                                "reason",
                                row.value2() == null ? "none" : row.value2().getLiteral()),
                        row.value3())));
        pods.register(rows, true);
        breakers();
        return false;
    }

    private void breakers() {
        Map<Breaker, Integer> states = new EnumMap<>(Breaker.class);
        for (Breaker state : Breaker.values()) {
            states.put(state, 0);
        }
        db.selectDistinct(WATCHED_WEBHOOK.WEBHOOK_ID, WATCHED_WEBHOOK.CLUSTER)
                .from(WATCHED_WEBHOOK)
                .join(RECREATION)
                .on(RECREATION.WEBHOOK_ID.eq(WATCHED_WEBHOOK.WEBHOOK_ID))
                .where(RECREATION.OUTCOME.eq(Outcome.MISSED_AGAIN))
                .fetch()
                .forEach(row -> states.merge(
                        new RecreationFacts(db, row.value1(), row.value2()).breaker(clock.instant()), 1, Integer::sum));
        breakers.register(
                states.entrySet().stream()
                        .<MultiGauge.Row<?>>map(state -> MultiGauge.Row.of(
                                Tags.of(
                                        "state",
                                        state.getKey()
                                                .name()
                                                .toLowerCase(Locale.ROOT)
                                                .replace('_', '-')),
                                state.getValue()))
                        .toList(),
                true);
    }
}
