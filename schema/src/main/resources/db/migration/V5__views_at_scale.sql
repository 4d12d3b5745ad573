-- The same views with the same answers, for much history: each webhook's rows are looked at once and no others', a day is
-- not made from hours, and what a question does not ask for is not looked up. Replaced, so comments and grants stay.
-- Two answers are others than before. A span without length splits a gap in observation_coverage too, as it always did in
-- observation_gaps. And missed_injections tells the last request for a Pod: what was refused counts as no attempt, so the
-- highest attempt was not always the last.

create or replace view observation_gaps as
select w.cluster,
       w.webhook,
       s.watched_until             as gap_from,
       s.from_at                   as gap_until,
       s.from_at - s.watched_until as lasted,
       s.begin                     as reason
from watched_webhook w
cross join lateral (
    select from_at, begin,
           max(until_at) over (order by from_at rows between unbounded preceding and 1 preceding) as watched_until
    from watched_span
    where watched_span.webhook_id = w.webhook_id) s
where s.from_at > s.watched_until;

create or replace view observation_coverage as
select w.cluster,
       w.webhook,
       c.day,
       make_interval(secs => c.seconds::double precision) as watched,
       round(c.seconds / 86400, 6)                        as share,
       c.gaps
from watched_webhook w
cross join lateral (
    -- The part of each day that lies between the first and the last moment watched, less the gaps.
    select part.day, sum(part.seconds) as seconds, sum(part.gaps) as gaps
    from (
        select d.day,
               extract(epoch from least(s.last, d.day + interval '24 hours') - greatest(s.first, d.day)) as seconds,
               0 as gaps
        from (
            select min(from_at) as first, max(until_at) as last
            from watched_span
            where watched_span.webhook_id = w.webhook_id) s
        cross join lateral generate_series(
            date_trunc('day', s.first, 'UTC'), s.last, interval '24 hours') d (day)
        union all
        select d.day,
               -extract(epoch from least(g.gap_until, d.day + interval '24 hours') - greatest(g.gap_from, d.day)),
               1
        from (
            select from_at as gap_until,
                   max(until_at) over (order by from_at rows between unbounded preceding and 1 preceding) as gap_from
            from watched_span
            where watched_span.webhook_id = w.webhook_id) g
        cross join lateral generate_series(
            date_trunc('day', g.gap_from, 'UTC'), g.gap_until - interval '1 microsecond', interval '24 hours') d (day)
        where g.gap_until > g.gap_from) part
    group by part.day) c;

create or replace view missed_injections as
select w.cluster,
       w.webhook,
       p.namespace,
       p.pod_name,
       p.pod_uid,
       p.owner_kind,
       p.owner_name,
       p.created_at,
       p.cause,
       p.lacking,
       p.lifecycle,
       (select case when o.ended_after >= p.created_at then o.outage_id end
        from outage o
        where o.webhook_id = p.webhook_id and o.started_by <= p.created_at
        order by o.started_by desc
        limit 1) as outage_id,
       (select r.outcome
        from recreation r
        where r.webhook_id = p.webhook_id and r.pod_uid = p.pod_uid
        order by coalesce(r.requested_at, r.finished_at) desc nulls last
        limit 1) as recreation,
       (select r.replacement_name
        from recreation r
        where r.webhook_id = p.webhook_id and r.pod_uid = p.pod_uid
        order by coalesce(r.requested_at, r.finished_at) desc nulls last
        limit 1) as replacement
from pod p
join watched_webhook w using (webhook_id)
where p.verdict = 'missed'
union all
select w.cluster,
       w.webhook,
       m.namespace,
       m.pod_name,
       m.pod_uid,
       null,
       null,
       m.missed_at,
       'unknown',
       null,
       null,
       (select case when o.ended_after >= m.missed_at then o.outage_id end
        from outage o
        where o.webhook_id = m.webhook_id and o.started_by <= m.missed_at
        order by o.started_by desc
        limit 1),
       null,
       null
from logged_miss m
join watched_webhook w using (webhook_id);

create or replace view injection_availability as
select w.cluster,
       w.webhook,
       e.resolution,
       e.starts_at,
       (e.applied + e.missed + e.preset)::bigint                        as calls,
       e.applied::bigint                                                as applied,
       e.missed::bigint                                                 as missed,
       e.preset::bigint                                                 as preset,
       round(e.applied / nullif(e.applied + e.missed + e.preset, 0), 6) as share_applied,
       (e.probes_applied + e.probes_missed)::bigint                     as probes,
       e.probes_missed::bigint                                          as probes_missed,
       round(e.outage_seconds, 3)                                       as outage_seconds
from watched_webhook w
cross join lateral (
    select c.resolution,
           c.starts_at,
           sum(c.applied)        as applied,
           sum(c.missed)         as missed,
           sum(c.preset)         as preset,
           sum(c.probes_applied) as probes_applied,
           sum(c.probes_missed)  as probes_missed,
           sum(c.outage_seconds) as outage_seconds
    from (
        select r.resolution, date_trunc(r.resolution, h.hour, 'UTC') as starts_at,
               h.applied, h.missed, h.preset, h.probes_applied, h.probes_missed, 0::numeric as outage_seconds
        from (values ('hour'), ('day')) r (resolution)
        cross join call_hour h
        where h.webhook_id = w.webhook_id
        union all
        select r.resolution, part.starts_at, 0, 0, 0, 0, 0,
               extract(epoch from least(o.ended_after, part.starts_at + r.length)
                                  - greatest(o.started_by, part.starts_at))
        from (values ('hour', interval '1 hour'), ('day', interval '24 hours')) r (resolution, length)
        cross join outage o
        cross join lateral generate_series(
            date_trunc(r.resolution, o.started_by, 'UTC'), o.ended_after, r.length) part (starts_at)
        where o.webhook_id = w.webhook_id) c
    group by c.resolution, c.starts_at) e;
