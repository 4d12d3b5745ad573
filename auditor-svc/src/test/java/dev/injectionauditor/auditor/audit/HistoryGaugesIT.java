package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.preset;
import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class HistoryGaugesIT {

    private static final WatchedWebhook OTHER = new WatchedWebhook("garden-2", SOURCE.webhook());

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Auditing audit;
    private HistoryGauges gauges;

    @BeforeEach
    void open() {
        audit = new Auditing(database.get().jooq());
        gauges = new HistoryGauges(database.get().jooq(), registry);
    }

    @Test
    void shouldShowTheStateOfEveryWebhook() {
        // Given a webhook with an open outage, missed Pods of which one is gone, and a gap; and one without any of it
        audit.write(
                injected(1, 0),
                missed(2, 10),
                missed(3, 11),
                missed(4, 12),
                later(missed(4, 12), Lifecycle.GONE),
                preset(5, 13),
                new Signal.Watched(at(0), at(5), Begin.STARTED),
                new Signal.Watched(at(9), at(20), Begin.RELISTED));
        audit.write(OTHER, List.of(injected(6, 0), new Signal.Watched(at(0), at(30), Begin.STARTED)));

        // When it is looked at
        gauges.runOnce();

        // Then it shows
        assertThat(value("injection_auditor_open_outages", SOURCE)).isEqualTo(1);
        assertThat(value("injection_auditor_pods_without_injection", SOURCE)).isEqualTo(2);
        assertThat(value("injection_auditor_observation_gaps", SOURCE)).isEqualTo(1);
        assertThat(value("injection_auditor_watched_until_timestamp_seconds", SOURCE))
                .isEqualTo(at(20).getEpochSecond());
        assertThat(value("injection_auditor_open_outages", OTHER)).isZero();
        assertThat(value("injection_auditor_pods_without_injection", OTHER)).isZero();
        assertThat(value("injection_auditor_observation_gaps", OTHER)).isZero();

        // When the outage ends and the missed Pods go
        audit.write(
                injected(7, 40),
                injected(8, 50),
                later(missed(2, 10), Lifecycle.GONE),
                later(missed(3, 11), Lifecycle.TERMINATING));
        gauges.runOnce();

        // Then that shows as well
        assertThat(value("injection_auditor_open_outages", SOURCE)).isZero();
        assertThat(value("injection_auditor_pods_without_injection", SOURCE)).isZero();
    }

    @Test
    void shouldShowNothingForAWebhookThatWasNeverWatched() {
        // Given a webhook with a Pod, but no watched span
        audit.write(injected(1, 0));

        // When it is looked at
        gauges.runOnce();

        // Then there is no time until which it was watched
        assertThat(registry.find("injection_auditor_watched_until_timestamp_seconds")
                        .gauge())
                .isNull();
        assertThat(value("injection_auditor_open_outages", SOURCE)).isZero();
    }

    private double value(String name, WatchedWebhook webhook) {
        Gauge gauge = registry.get(name)
                .tags("cluster", webhook.cluster(), "webhook", webhook.webhook())
                .gauge();
        return gauge.value();
    }
}
