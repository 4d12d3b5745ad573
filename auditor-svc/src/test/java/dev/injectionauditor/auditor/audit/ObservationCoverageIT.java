package dev.injectionauditor.auditor.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.injectionauditor.auditor.Database;
import dev.injectionauditor.localstack.junit.FreshDatabase;
import org.jooq.DSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The view of coverage against a plain one that looks at all spans for each day. */
class ObservationCoverageIT {

    @RegisterExtension
    final FreshDatabase<Database> database = new FreshDatabase<>(Database::open, Database::migrate);

    private DSLContext db;

    @BeforeEach
    void open() {
        db = database.get().jooq();
    }

    @Test
    void shouldCountWhatAnySpanCovers() {
        // Given spans that overlap, touch, have no length, begin and end at midnight, and last for days
        db.execute("insert into injection_auditor.watched_webhook (cluster, webhook)"
                + " select 'garden-' || n, 'hook' from generate_series(1, 200) n");
        db.execute("""
                insert into injection_auditor.watched_span
                select w.webhook_id, s.from_at,
                       case when s.shape < 0.1 then s.from_at
                            when s.shape < 0.2 then date_trunc('day', s.from_at, 'UTC') + interval '48 hours'
                            else s.from_at + random() * random() * interval '60 hours' end,
                       'started'
                from injection_auditor.watched_webhook w
                cross join lateral generate_series(1, 1 + w.webhook_id % 9) n
                cross join lateral (
                    select random() as shape,
                           date_trunc(case when random() < 0.2 then 'day' else 'milliseconds' end,
                                      '2026-03-01Z'::timestamptz + random() * random() * interval '20 days', 'UTC')
                    where n > 0) s (shape, from_at)
                on conflict do nothing
                """);

        // When the plain view is compared
        var differences = db.fetch("""
                with plain as (
                    select w.cluster, w.webhook, d.day,
                           (select coalesce(sum(upper(part) - lower(part)), interval '0')
                            from unnest(s.spans * tstzmultirange(tstzrange(d.day, d.day + interval '24 hours'))) part
                           ) as watched,
                           (select count(*)
                            from injection_auditor.observation_gaps g
                            where g.cluster = w.cluster and g.webhook = w.webhook
                              and g.gap_from < d.day + interval '24 hours' and g.gap_until > d.day) as gaps
                    from injection_auditor.watched_webhook w
                    cross join lateral (
                        select range_agg(tstzrange(from_at, until_at)) as spans,
                               min(from_at) as first, max(until_at) as last
                        from injection_auditor.watched_span
                        where webhook_id = w.webhook_id) s
                    cross join lateral generate_series(
                        date_trunc('day', s.first, 'UTC'), s.last, interval '24 hours') d (day))
                select *
                from plain
                full join injection_auditor.observation_coverage c using (cluster, webhook, day)
                where plain.watched is distinct from c.watched
                   or plain.gaps is distinct from c.gaps
                   or round(extract(epoch from plain.watched) / 86400, 6) is distinct from c.share
                """);

        // Then
        assertThat(differences).isEmpty();
        assertThat((long) db.fetchValue("select count(*) from injection_auditor.observation_coverage where gaps > 1"))
                .isPositive();
    }
}
