package dev.injectionauditor.auditor.audit;

import dev.injectionauditor.service.Loop;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.InstantSource;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jooq.DSLContext;

/**
 * Shows the state of the history as metrics, so that alerts can rest on it. It is read from the database: every auditor
 * shows the same, whichever made it.
 */
final class HistoryGauges implements Loop.Work {

    private final DSLContext db;
    private final MultiGauge openOutages;
    private final MultiGauge missedPods;
    private final MultiGauge watchedUntil;
    private final InstantSource clock;

    HistoryGauges(DSLContext db, MeterRegistry registry, InstantSource clock) {
        this.db = db;
        this.clock = clock;
        this.openOutages = MultiGauge.builder("injection_auditor_open_outages")
                .description("1 while an outage of the webhook is open")
                .register(registry);
        this.missedPods = MultiGauge.builder("injection_auditor_pods_without_injection")
                .description("Pods that are pending or running without the injection, because the call was missed")
                .register(registry);
        this.watchedUntil = MultiGauge.builder("injection_auditor_watched_until_timestamp_seconds")
                .description("Until when the Pods are known to have been watched, in seconds since 1970")
                .register(registry);
    }

    @Override
    public boolean runOnce() {
        List<HistoryState> states = HistoryState.all(db, clock.instant());
        show(openOutages, states, HistoryState::openOutages);
        show(missedPods, states, HistoryState::missedPods);
        show(
                watchedUntil,
                states.stream().filter(state -> state.watchedUntil() != null).toList(),
                state -> state.watchedUntil().getEpochSecond());
        return false;
    }

    private static void show(MultiGauge gauge, List<HistoryState> states, ToLongFunction<HistoryState> value) {
        gauge.register(
                states.stream()
                        .<Row<?>>map(state -> Row.of(
                                Tags.of("cluster", state.cluster(), "webhook", state.webhook()),
                                value.applyAsLong(state)))
                        .toList(),
                true);
    }
}
