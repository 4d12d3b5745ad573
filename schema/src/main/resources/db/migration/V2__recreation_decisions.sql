-- What is decided about the recreation of missed Pods, and what Pods and namespaces say about it themselves.

create type recreation_mode as enum ('off', 'plan', 'recreate');
comment on type recreation_mode is 'Whether missed Pods are recreated: off (they are only reported), plan (what would be done is reported as well), recreate.';

create type decision_kind as enum ('recreate', 'plan', 'wait', 'never');
comment on type decision_kind is 'What was decided about a missed Pod: recreate (requested), plan (a dry run was requested), wait (not now), never (not while things are as they are).';

create type decision_reason as enum (
    'outage-open', 'outage-not-settled', 'not-watched', 'breaker-open', 'breaker-trial', 'under-way', 'end-not-seen', 'owner-busy',
    'replacement-not-seen', 'backoff', 'too-young', 'cluster-limit', 'namespace-limit',
    'off', 'exempt', 'bare-pod', 'daemon-set', 'job', 'other-owner', 'system-critical', 'planned',
    'attempts-exhausted');
comment on type decision_reason is 'Why a missed Pod has to wait or is never recreated. To wait: outage-open (an outage is going on), outage-not-settled (it has just ended), not-watched (no observer has been heard of lately), breaker-open (a replacement was missed again, and no call was applied since), breaker-trial (one recreation is to show whether it works again), under-way (its recreation is requested), end-not-seen (a result says that it is gone, which has not been observed yet), owner-busy (another Pod of its controller is being recreated), replacement-not-seen (the replacement of another Pod of its StatefulSet has not been observed yet), backoff (the last attempt for its controller did not help), too-young, cluster-limit and namespace-limit (enough within this minute). Never: off (not switched on), exempt (by annotation), bare-pod, daemon-set, job, other-owner and system-critical (not allowed), planned (a dry run has been reported), attempts-exhausted (as many attempts in a row have failed as are allowed).';

alter table pod
    add column recreation_mode recreation_mode,
    add column never_recreate  boolean not null default false,
    add column system_critical boolean not null default false;
comment on column pod.recreation_mode is 'What the Pod itself asked for when it was last seen (label or annotation injection-auditor.dev/recreation); null if it said nothing. From the resource version of lifecycle, like the next two.';
comment on column pod.never_recreate is 'True if the Pod has the annotation injection-auditor.dev/never-recreate.';
comment on column pod.system_critical is 'True if the priority class of the Pod is system-node-critical or system-cluster-critical.';

create index pod_owner on pod (webhook_id, owner_uid, created_at) where owner_uid is not null;

create table recreation_setting (
    webhook_id       integer     not null references watched_webhook,
    namespace        text        not null,
    mode             recreation_mode,
    resource_version bigint      not null,
    seen_at          timestamptz not null,
    primary key (webhook_id, namespace)
);
comment on table recreation_setting is 'What namespaces say about the recreation of their Pods (label or annotation injection-auditor.dev/recreation).';
comment on column recreation_setting.webhook_id is 'The webhook that the observer watches.';
comment on column recreation_setting.namespace is 'Name of the namespace.';
comment on column recreation_setting.mode is 'What its Pods are to be treated as unless they say something themselves; null if it says nothing.';
comment on column recreation_setting.resource_version is 'Resource version of the namespace that this is from: the highest that was seen.';
comment on column recreation_setting.seen_at is 'When it was seen, by the clock of the observer.';

create index recreation_requested on recreation (webhook_id, requested_at) where not dry_run;
create index recreation_finished on recreation (webhook_id, outcome, finished_at) where not dry_run;
create index recreation_bare on recreation (webhook_id, namespace, pod_name) where owner_uid is null;

create table recreation_decision (
    webhook_id integer       not null references watched_webhook,
    pod_uid    uuid          not null,
    decision   decision_kind not null,
    reason     decision_reason,
    until_at   timestamptz,
    mode       recreation_mode not null,
    decided_at timestamptz   not null,
    primary key (webhook_id, pod_uid),
    check ((reason is null) = (decision in ('recreate', 'plan'))),
    check (until_at is null or decision = 'wait')
);
comment on table recreation_decision is 'The newest decision about each missed Pod. It is written when it changes, and stays when the Pod has ended.';
comment on column recreation_decision.webhook_id is 'The webhook.';
comment on column recreation_decision.pod_uid is 'uid of the Pod.';
comment on column recreation_decision.decision is 'What was decided.';
comment on column recreation_decision.reason is 'Why to wait or never; null if a recreation or a dry run was requested.';
comment on column recreation_decision.until_at is 'When to decide again at the earliest; null if that depends on what happens.';
comment on column recreation_decision.mode is 'What held for the Pod then: what it said itself, else its namespace, else the option of the auditor.';
comment on column recreation_decision.decided_at is 'When it was decided first, by the clock of the auditor.';

drop view recreation_history;
create view recreation_history as
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
    from pod p
    left join recreation r on r.webhook_id = p.webhook_id and r.pod_uid = p.pod_uid
    where p.verdict = 'missed'
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
comment on view recreation_history is 'The story of each missed Pod: when and why it was missed, the newest decision about it, and each request to recreate it with what became of that. A Pod has a row for each request, or one if there was none. Requests for Pods that nobody saw as missed are here too.';
comment on column recreation_history.cluster is 'Id of the cluster.';
comment on column recreation_history.webhook is 'Name of the webhook.';
comment on column recreation_history.namespace is 'Namespace of the Pod.';
comment on column recreation_history.pod_name is 'Name of the Pod that was missed.';
comment on column recreation_history.pod_uid is 'uid of that Pod.';
comment on column recreation_history.owner_kind is 'Kind of its controller; null for a bare Pod, like the name.';
comment on column recreation_history.owner_name is 'Name of its controller.';
comment on column recreation_history.created_at is 'creationTimestamp of the Pod, when the call was missed; null if the Pod was not seen as missed, like cause and lifecycle.';
comment on column recreation_history.cause is 'Why the call was missed, as far as evidence tells.';
comment on column recreation_history.lifecycle is 'Where the Pod was in its life when it was last seen.';
comment on column recreation_history.decision is 'The newest decision about the Pod; null if none was made.';
comment on column recreation_history.decision_reason is 'Why to wait or never; null if a recreation or a dry run was requested.';
comment on column recreation_history.decision_until is 'When it was to be decided again at the earliest; null if that depends on what happens.';
comment on column recreation_history.mode is 'What held for the Pod then: off, plan or recreate.';
comment on column recreation_history.decided_at is 'When it was decided so first, by the clock of the auditor.';
comment on column recreation_history.attempt is 'How many Pods of this owner had been tried in a row; null if there was no request, like what follows.';
comment on column recreation_history.dry_run is 'True if nothing was to be done, only reported.';
comment on column recreation_history.requested_at is 'When the recreation was requested, by the clock of the auditor.';
comment on column recreation_history.finished_at is 'When it ended, by the clock of the remediator.';
comment on column recreation_history.outcome is 'How it ended; null while it is under way.';
comment on column recreation_history.reason is 'Why it ended so.';
comment on column recreation_history.replacement_name is 'Name of the Pod that took its place; null if none is known.';
comment on column recreation_history.replacement_uid is 'uid of that Pod.';
comment on column recreation_history.remediator is 'Who executed it.';

do $$
begin
    if exists (select from pg_roles where rolname = 'injection_auditor_reader') then
        execute format('grant select on %I.recreation_setting, %I.recreation_decision, %I.recreation_history'
                       ' to injection_auditor_reader', current_schema(), current_schema(), current_schema());
    end if;
end $$;
