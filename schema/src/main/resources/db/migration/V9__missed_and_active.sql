-- By itself, because who reads a view locks it and then its tables: as a part of the migration before, which locks the table
-- first, it could end in a deadlock with a reader.
--
-- The same views with the same answers. As the two halves of missed_pod exclude each other, whoever asks for active Pods gets
-- them from the index on missed_active.
create view missed_pod as
select p.webhook_id,
       p.namespace,
       p.pod_name,
       p.pod_uid,
       p.owner_kind,
       p.owner_name,
       p.created_at,
       p.cause,
       p.lacking,
       'active'::lifecycle as lifecycle
from pod p
where p.missed_active
union all
select p.webhook_id,
       p.namespace,
       p.pod_name,
       p.pod_uid,
       p.owner_kind,
       p.owner_name,
       p.created_at,
       p.cause,
       p.lacking,
       p.lifecycle
from pod p
where p.verdict = 'missed' and p.lifecycle <> 'active';
comment on view missed_pod is 'Pods with a missed call, as far as other views need them.';
comment on column missed_pod.webhook_id is 'The webhook.';
comment on column missed_pod.namespace is 'Namespace of the Pod.';
comment on column missed_pod.pod_name is 'Name of the Pod.';
comment on column missed_pod.pod_uid is 'uid of the Pod: what identifies it, because names are given again.';
comment on column missed_pod.owner_kind is 'Kind of its controller, such as ReplicaSet.';
comment on column missed_pod.owner_name is 'Name of its controller.';
comment on column missed_pod.created_at is 'creationTimestamp: the clock of the API server, whole seconds.';
comment on column missed_pod.cause is 'Why the call was missed, as far as evidence tells.';
comment on column missed_pod.lacking is 'Names of its containers that do not set the variable.';
comment on column missed_pod.lifecycle is 'Where the Pod was in its life when it was last seen.';

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
from missed_pod p
join watched_webhook w using (webhook_id)
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

create or replace view recreation_history as
with story as (
    select p.webhook_id,
           p.namespace,
           p.pod_name,
           p.pod_uid,
           p.owner_kind,
           p.owner_name,
           p.created_at,
           p.cause,
           p.lifecycle,
           r.attempt,
           r.dry_run,
           r.requested_at,
           r.finished_at,
           r.outcome,
           r.reason,
           r.replacement_name,
           r.replacement_uid,
           r.remediator
    from missed_pod p
    left join recreation r on r.webhook_id = p.webhook_id and r.pod_uid = p.pod_uid
    union all
    select r.webhook_id,
           r.namespace,
           r.pod_name,
           r.pod_uid,
           null,
           null,
           null,
           null,
           null,
           r.attempt,
           r.dry_run,
           r.requested_at,
           r.finished_at,
           r.outcome,
           r.reason,
           r.replacement_name,
           r.replacement_uid,
           r.remediator
    from recreation r
    where not exists (
        select from pod p
        where p.webhook_id = r.webhook_id and p.pod_uid = r.pod_uid and p.verdict = 'missed')
)
select w.cluster,
       w.webhook,
       s.namespace,
       s.pod_name,
       s.pod_uid,
       s.owner_kind,
       s.owner_name,
       s.created_at,
       s.cause,
       s.lifecycle,
       d.decision,
       d.reason   as decision_reason,
       d.until_at as decision_until,
       d.mode,
       d.decided_at,
       s.attempt,
       s.dry_run,
       s.requested_at,
       s.finished_at,
       s.outcome,
       s.reason,
       s.replacement_name,
       s.replacement_uid,
       s.remediator
from story s
join watched_webhook w using (webhook_id)
left join recreation_decision d on d.webhook_id = s.webhook_id and d.pod_uid = s.pod_uid;

do $$
begin
    if exists (select from pg_roles where rolname = 'injection_auditor_reader') then
        execute format('grant select on %I.missed_pod to injection_auditor_reader', current_schema());
    end if;
end $$;
