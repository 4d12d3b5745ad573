-- A MutatingAdmissionPolicy can inject beside the webhook. Of a missed call, the Pod then shows no harm; whether that is
-- the policy's doing or the user's is told apart.

alter table pod add column by_policy boolean not null default false;
comment on column pod.by_policy is 'True if a MutatingAdmissionPolicy says to have set the variable (annotation injection-auditor.dev/policy). Whether the webhook was applied is told by the stamp, as always.';

create view harmless_misses as
select w.cluster,
       w.webhook,
       p.namespace,
       p.pod_name,
       p.pod_uid,
       p.owner_kind,
       p.owner_name,
       p.created_at,
       p.cause,
       case when p.by_policy then 'policy' else 'pod' end as set_by,
       o.outage_id
from pod p
join watched_webhook w using (webhook_id)
left join lateral (
    select case when outage.ended_after >= p.created_at then outage.outage_id end as outage_id
    from outage
    where outage.webhook_id = p.webhook_id and outage.started_by <= p.created_at
    order by outage.started_by desc
    limit 1) o on true
where p.verdict = 'preset';
comment on view harmless_misses is 'Pods that the call was missed for, but that have the variable all the same: because they set it themselves, or because a MutatingAdmissionPolicy did.';
comment on column harmless_misses.cluster is 'Id of the cluster.';
comment on column harmless_misses.webhook is 'Name of the webhook.';
comment on column harmless_misses.namespace is 'Namespace of the Pod.';
comment on column harmless_misses.pod_name is 'Name of the Pod.';
comment on column harmless_misses.pod_uid is 'uid of the Pod.';
comment on column harmless_misses.owner_kind is 'Kind of its controller; null for a bare Pod, like the name.';
comment on column harmless_misses.owner_name is 'Name of its controller.';
comment on column harmless_misses.created_at is 'creationTimestamp of the Pod, when the call was missed.';
comment on column harmless_misses.cause is 'Why the call was missed, as far as evidence tells.';
comment on column harmless_misses.set_by is 'Who set the variable: policy, or pod, which is whoever wrote the Pod.';
comment on column harmless_misses.outage_id is 'The outage that it belongs to.';

do $$
begin
    if exists (select from pg_roles where rolname = 'injection_auditor_reader') then
        execute format('grant select on %I.harmless_misses to injection_auditor_reader', current_schema());
    end if;
end $$;
