package dev.injectionauditor.auditor.audit;

import static dev.injectionauditor.auditor.audit.Auditing.SOURCE;
import static dev.injectionauditor.auditor.audit.Auditing.at;
import static dev.injectionauditor.auditor.audit.Auditing.injected;
import static dev.injectionauditor.auditor.audit.Auditing.later;
import static dev.injectionauditor.auditor.audit.Auditing.missed;
import static dev.injectionauditor.auditor.audit.Auditing.preset;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.val;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import dev.injectionauditor.schema.PodObservation.Lifecycle;
import dev.injectionauditor.schema.Signal;
import dev.injectionauditor.schema.Signal.Watched.Begin;
import dev.injectionauditor.schema.WatchedWebhook;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import org.jooq.DSLContext;
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
        gauges = new HistoryGauges(database.get().jooq(), registry, audit);
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
        new GapGauge(database.get().jooq(), registry, audit).runOnce();

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

    @Test
    void shouldCountTheGapsOfANewWebhookAtOnceAndThenNowAndThen() {
        // Given a gauge that has shown what there was
        GapGauge gapGauge = new GapGauge(database.get().jooq(), registry, audit);
        gapGauge.runOnce();

        // When a webhook comes, then it shows at once
        audit.write(new Signal.Watched(at(0), at(5), Begin.STARTED));
        gapGauge.runOnce();
        assertThat(value("injection_auditor_observation_gaps", SOURCE)).isZero();

        // When there is a gap, then that shows in time
        audit.write(new Signal.Watched(at(9), at(20), Begin.RELISTED));
        gapGauge.runOnce();
        assertThat(value("injection_auditor_observation_gaps", SOURCE)).isZero();
        audit.now = audit.now.plus(GapGauge.COUNT_EVERY);
        gapGauge.runOnce();
        assertThat(value("injection_auditor_observation_gaps", SOURCE)).isEqualTo(1);
    }

    @Test
    void shouldNotBelieveAClockThatIsFarAhead() {
        // Given observers of which the last one has a clock that is two hours ahead
        audit.write(
                new Signal.Watched(at(0), at(20), Begin.STARTED),
                new Signal.Watched(at(7_220), at(7_230), Begin.STARTED));

        // When it is looked at
        audit.now = at(30);
        gauges.runOnce();

        // Then the others count
        assertThat(value("injection_auditor_watched_until_timestamp_seconds", SOURCE))
                .isEqualTo(at(20).getEpochSecond());

        // And when the clock of one is put forward while it watches
        audit.write(new Signal.Watched(at(25), at(7_240), Begin.RELISTED));
        gauges.runOnce();

        // Then it has watched at the beginning at least
        assertThat(value("injection_auditor_watched_until_timestamp_seconds", SOURCE))
                .isEqualTo(at(25).getEpochSecond());

        // And when that time has come, it counts
        audit.now = at(7_220);
        gauges.runOnce();
        assertThat(value("injection_auditor_watched_until_timestamp_seconds", SOURCE))
                .isEqualTo(at(7_240).getEpochSecond());
    }

    @Test
    void shouldNotLookThroughAllSpans() {
        // Given a webhook that was watched for long, with many breaks
        int spans = 20_000;
        audit.write(injected(1, 0));
        DSLContext db = database.get().jooq();
        db.execute("""
                insert into injection_auditor.watched_span (webhook_id, from_at, until_at, begin)
                select 1, {0} + n * interval '1 min', {0} + n * interval '1 min' + interval '50 s', 'relisted'
                from generate_series(1, {1}) n
                """, val(at(0)), val(spans));
        db.execute("analyze injection_auditor.watched_span");

        db.transaction(transaction -> {
            // When it is looked at
            List<HistoryState> states = HistoryState.all(transaction.dsl(), at(spans * 60L + 3_600));

            // Then the last span is found without the others
            assertThat(states).extracting(HistoryState::watchedUntil).containsExactly(at(spans * 60L + 50));
            assertThat(transaction.dsl().fetchSingle("""
                                    select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables
                                    where relname = 'watched_span'
                                    """).get(0, Long.class)).isLessThan(100);
        });
    }

    private double value(String name, WatchedWebhook webhook) {
        Gauge gauge = registry.get(name)
                .tags("cluster", webhook.cluster(), "webhook", webhook.webhook())
                .gauge();
        return gauge.value();
    }
}
