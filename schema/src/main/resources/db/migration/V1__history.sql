-- The history of one or many clusters. All times are timestamptz; the comments say whose clock they are from.
-- The auditor owns every table and writes them from Kafka records; the views at the end are for people.
-- pod, admission and evidence are partitioned by time. The auditor makes a partition for each week and drops it after
-- the retention; what has to outlive it moves to the default partition, whose name ends in _kept.

create extension if not exists btree_gist;

create type verdict as enum ('injected', 'missed', 'preset', 'incomplete', 'predates');
comment on type verdict is 'What became of the injection of a Pod: injected (the normal case), missed (the webhook was not applied), preset (not applied, but the Pod sets the variable itself), incomplete (applied, yet a container lacks the variable), predates (older than the webhook configuration).';

create type cause as enum ('late-answer', 'no-endpoints', 'unreachable', 'unknown');
comment on type cause is 'Why a call was missed: late-answer (the webhook answered after the API server had given up), no-endpoints (its Service had no ready endpoint), unreachable (endpoints were ready, no call arrived), unknown.';

create type lifecycle as enum ('active', 'finished', 'terminating', 'gone');
comment on type lifecycle is 'Where a Pod is in its life: active (pending or running), finished (succeeded or failed), terminating (being deleted), gone (deleted).';

create type watch_begin as enum ('started', 'relisted', 'overflow');
comment on type watch_begin is 'Why a watched span begins where it does: started (the observer started or took over), relisted (the watch broke), overflow (observations were dropped).';

create type recreation_outcome as enum ('recreated', 'missed-again', 'not-replaced', 'gone', 'refused', 'expired', 'planned', 'failed');
comment on type recreation_outcome is 'How a recreation ended. Only recreated is success: a replacement is there and has the injection.';

create type evidence_source as enum ('pod', 'probe', 'audit');
comment on type evidence_source is 'What tells whether a call was applied: pod (a Pod as the API server stored it), probe (a dry-run creation by the observer), audit (an event of the API server''s audit log).';

create type evidence_kind as enum ('applied', 'missed', 'preset');
comment on type evidence_kind is 'applied (the webhook was applied), missed (it was not), preset (it was not, but the Pod sets the variable itself).';

create table watched_webhook (
    webhook_id integer generated always as identity primary key,
    cluster    text not null,
    webhook    text not null,
    unique (cluster, webhook)
);
comment on table watched_webhook is 'A webhook in a cluster: what verdicts, outages and gaps belong to.';
comment on column watched_webhook.webhook_id is 'Short key for the other tables; means nothing outside this database.';
comment on column watched_webhook.cluster is 'Id of the cluster, as set in the services.';
comment on column watched_webhook.webhook is 'Name of the webhook inside its MutatingWebhookConfiguration.';

create table admission (
    webhook_id    integer     not null references watched_webhook,
    request_uid   uuid        not null,
    namespace     text        not null,
    pod_name      text,
    generate_name text,
    owner_uid     uuid,
    containers    integer     not null,
    patched       integer     not null,
    answered_at   timestamptz not null,
    replica       text        not null,
    stored_at     timestamptz not null,
    orphaned      boolean     not null default false,
    primary key (webhook_id, request_uid, answered_at)
) partition by range (answered_at);
create table admission_kept partition of admission default;
comment on table admission_kept is 'Admission calls of a time that has no partition of its own.';
create index admission_pod_name on admission (webhook_id, namespace, pod_name, answered_at) where pod_name is not null;
create index admission_generate_name on admission (webhook_id, namespace, left(generate_name, 58), answered_at)
    where pod_name is null;
create index admission_answered on admission using brin (answered_at);
create index admission_stored on admission using brin (stored_at);
create index admission_orphaned on admission (webhook_id, request_uid) where orphaned;
comment on table admission is 'Admission calls that the webhook answered. Each proves a call, not that the patch was applied.';
comment on column admission.webhook_id is 'The webhook.';
comment on column admission.request_uid is 'uid of the AdmissionReview, which the patch writes into the Pod as its stamp.';
comment on column admission.namespace is 'Namespace of the Pod to be.';
comment on column admission.pod_name is 'Name of the Pod; null while it was still to be generated.';
comment on column admission.generate_name is 'Prefix of the name to be generated; null if there was none.';
comment on column admission.owner_uid is 'uid of the controller of the Pod; null for a bare Pod.';
comment on column admission.containers is 'Number of containers and init containers.';
comment on column admission.patched is 'Number of those that got the variable from this call.';
comment on column admission.answered_at is 'When the answer was ready, by the clock of the webhook.';
comment on column admission.replica is 'Which replica of the webhook answered.';
comment on column admission.stored_at is 'When this row was written, by the clock of the auditor.';
comment on column admission.orphaned is 'True if no Pod with this stamp had come when the grace period was over: the API server rejected the Pod afterwards, or did not apply the answer.';

create table pod (
    webhook_id        integer     not null references watched_webhook,
    pod_uid           uuid        not null,
    namespace         text        not null,
    pod_name          text        not null,
    owner_api_version text,
    owner_kind        text,
    owner_name        text,
    owner_uid         uuid,
    created_at        timestamptz not null,
    resource_version  bigint      not null,
    stamp             uuid,
    containers        integer     not null,
    lacking           text[]      not null,
    in_force_since    timestamptz not null,
    lifecycle         lifecycle   not null,
    lifecycle_version bigint      not null,
    verdict           verdict     not null,
    cause             cause,
    unconfirmed       boolean     not null default false,
    stored_at         timestamptz not null,
    primary key (webhook_id, pod_uid, created_at),
    check ((cause is not null) = (verdict in ('missed', 'preset')))
) partition by range (created_at);
create table pod_kept partition of pod default;
comment on table pod_kept is 'Pods of a time that has no partition of its own: what outlives the retention, which is the missed Pods for good and the others as long as they exist.';
create index pod_name on pod (webhook_id, namespace, pod_name);
create index pod_not_applied on pod (webhook_id, created_at) where verdict in ('missed', 'preset');
create index pod_missed_active on pod (webhook_id, created_at) where verdict = 'missed' and lifecycle = 'active';
create index pod_answered_late on pod (webhook_id, created_at) where cause = 'late-answer';
create index pod_stamp on pod (webhook_id, stamp);
create index pod_stored on pod using brin (stored_at);
create index pod_unconfirmed on pod (webhook_id, stamp) where unconfirmed;
comment on table pod is 'Pods that the webhook had to be called for, each with its verdict. Exempt Pods are counted in metrics, not stored.';
comment on column pod.webhook_id is 'The webhook.';
comment on column pod.pod_uid is 'uid of the Pod: what identifies it, because names are given again.';
comment on column pod.namespace is 'Namespace of the Pod.';
comment on column pod.pod_name is 'Name of the Pod.';
comment on column pod.owner_api_version is 'API version of its controller; null for a bare Pod, like the other owner columns.';
comment on column pod.owner_kind is 'Kind of its controller, such as ReplicaSet.';
comment on column pod.owner_name is 'Name of its controller.';
comment on column pod.owner_uid is 'uid of its controller.';
comment on column pod.created_at is 'creationTimestamp: the clock of the API server, whole seconds.';
comment on column pod.resource_version is 'Lowest resource version that was seen of the Pod; the facts of the row are from it.';
comment on column pod.stamp is 'uid of the admission call that the Pod carries; null if it carries none.';
comment on column pod.containers is 'Number of containers and init containers.';
comment on column pod.lacking is 'Names of those that do not set the variable.';
comment on column pod.in_force_since is 'Since when the webhook configuration had decided as it did for this Pod, as far as known.';
comment on column pod.lifecycle is 'Where the Pod was in its life when it was last seen.';
comment on column pod.lifecycle_version is 'Resource version that lifecycle is from.';
comment on column pod.verdict is 'What became of the injection.';
comment on column pod.cause is 'Why the call was missed; null if it was not.';
comment on column pod.unconfirmed is 'True if the Pod carries a stamp whose admission event has not come within the grace period: the event was lost, or the stamp is forged. The verdict stands.';
comment on column pod.stored_at is 'When the facts of this row were last written, by the clock of the auditor.';

create table evidence (
    webhook_id integer         not null references watched_webhook,
    at         timestamptz     not null,
    version    bigint          not null,
    ref        uuid            not null,
    source     evidence_source not null,
    kind       evidence_kind   not null,
    primary key (webhook_id, at, version, ref, source)
) partition by range (at);
create table evidence_kept partition of evidence default;
comment on table evidence_kept is 'Evidence of a time that has no partition of its own: what outlives the retention, which is the calls that were not applied and the applied ones that bound an outage.';
create index evidence_applied on evidence (webhook_id, at, version, ref) where kind = 'applied';
create index evidence_not_applied on evidence (webhook_id, at, version, ref) where kind <> 'applied';
comment on table evidence is 'Calls that were applied or not, in the order of the API server: what outages are made from.';
comment on column evidence.webhook_id is 'The webhook.';
comment on column evidence.at is 'When: creationTimestamp of the Pod or of the probe (whole seconds), or stageTimestamp of the audit event. The clock of the API server.';
comment on column evidence.version is 'Resource version, which orders Pods of the same second; 0 where there is none.';
comment on column evidence.ref is 'What it is from: uid of the Pod, or a uid made from the id of the signal or audit event.';
comment on column evidence.source is 'What tells it.';
comment on column evidence.kind is 'Whether the call was applied.';

create table call_hour (
    webhook_id     integer     not null references watched_webhook,
    hour           timestamptz not null,
    applied        bigint      not null check (applied >= 0),
    missed         bigint      not null check (missed >= 0),
    preset         bigint      not null check (preset >= 0),
    probes_applied bigint      not null check (probes_applied >= 0),
    probes_missed  bigint      not null check (probes_missed >= 0),
    primary key (webhook_id, hour)
);
comment on table call_hour is 'Calls of each hour, counted from the evidence. Kept for good, so that availability outlives the retention.';
comment on column call_hour.webhook_id is 'The webhook.';
comment on column call_hour.hour is 'Begin of the hour, by the clock of the API server.';
comment on column call_hour.applied is 'Pods that the call was applied to.';
comment on column call_hour.missed is 'Pods without the mutation.';
comment on column call_hour.preset is 'Pods that the call was missed for but that set the variable themselves.';
comment on column call_hour.probes_applied is 'Probes that the call was applied to.';
comment on column call_hour.probes_missed is 'Probes that it was not applied to.';

create table outage (
    outage_id     uuid        primary key,
    webhook_id    integer     not null references watched_webhook,
    started_after timestamptz,
    started_by    timestamptz not null,
    ended_after   timestamptz not null,
    ended_before  timestamptz,
    missed        bigint      not null check (missed >= 0),
    preset        bigint      not null check (preset >= 0),
    probes        bigint      not null check (probes >= 0),
    applied       bigint      not null check (applied >= 0),
    check (missed + preset + probes > 0),
    check (started_after <= started_by and started_by <= ended_after and ended_after <= ended_before),
    constraint outage_windows_do_not_overlap
        exclude using gist (webhook_id with =, tstzrange(started_by, ended_before, '[]') with &&)
        deferrable initially deferred
);
create index outage_time on outage (webhook_id, started_by);
comment on table outage is 'Outage windows: spans in which calls of the webhook were not applied. A function of the evidence: late evidence merges, splits or removes windows. Times are of the clock of the API server.';
comment on column outage.outage_id is 'Identity, made from the first call that was not applied.';
comment on column outage.webhook_id is 'The webhook.';
comment on column outage.started_after is 'Last applied call before it: it started after this moment. Null if there is none.';
comment on column outage.started_by is 'First call that was not applied: it had started by then.';
comment on column outage.ended_after is 'Last call that was not applied: it ended after this moment.';
comment on column outage.ended_before is 'Applied call that closed it: it had ended by then. Null while it is open.';
comment on column outage.missed is 'Pods without the mutation.';
comment on column outage.preset is 'Pods that the call was missed for but that set the variable themselves.';
comment on column outage.probes is 'Probes that were not applied; they count no Pods.';
comment on column outage.applied is 'Applied calls between started_by and ended_after; more than 0 means that the outage was partial.';

create table endpoints (
    webhook_id integer     not null references watched_webhook,
    seen_at    timestamptz not null,
    ready      integer     not null check (ready >= 0),
    primary key (webhook_id, seen_at)
);
comment on table endpoints is 'Changes of the ready endpoints of the Service of the webhook.';
comment on column endpoints.webhook_id is 'The webhook.';
comment on column endpoints.seen_at is 'When the change was seen, by the clock of the observer.';
comment on column endpoints.ready is 'Number of ready endpoints from then on.';

create table watched_span (
    webhook_id integer     not null references watched_webhook,
    from_at    timestamptz not null,
    until_at   timestamptz not null,
    begin      watch_begin not null,
    primary key (webhook_id, from_at),
    check (from_at <= until_at)
);
comment on table watched_span is 'Spans in which an observer watched all Pods without a break: inside of them the history is complete.';
comment on column watched_span.webhook_id is 'The webhook.';
comment on column watched_span.from_at is 'When the watch was complete, by the clock of the observer.';
comment on column watched_span.until_at is 'Last moment known to be watched.';
comment on column watched_span.begin is 'Why the span begins where it does.';

create table logged_creation (
    audit_id  uuid        primary key,
    logged_at timestamptz not null
);
comment on table logged_creation is 'Events of imported audit logs that tell of the creation of a Pod: a repeated one is known by this.';
comment on column logged_creation.audit_id is 'auditID of the event.';
comment on column logged_creation.logged_at is 'stageTimestamp of the event.';

create table logged_miss (
    webhook_id integer     not null references watched_webhook,
    audit_id   uuid        not null,
    missed_at  timestamptz not null,
    namespace  text        not null,
    pod_name   text,
    pod_uid    uuid,
    primary key (webhook_id, audit_id)
);
create index logged_miss_time on logged_miss (webhook_id, missed_at);
comment on table logged_miss is 'Calls that an API server failed open for, from imported audit logs. Whether the Pod set the variable itself is not looked at.';
comment on column logged_miss.webhook_id is 'The webhook.';
comment on column logged_miss.audit_id is 'auditID of the event.';
comment on column logged_miss.missed_at is 'When the answer to the creation was complete: stageTimestamp, to the microsecond.';
comment on column logged_miss.namespace is 'Namespace of the Pod.';
comment on column logged_miss.pod_name is 'Name of the Pod; null if it was generated and the log does not tell.';
comment on column logged_miss.pod_uid is 'uid of the Pod; null if the log does not tell.';

create table recreation (
    webhook_id       integer     not null references watched_webhook,
    request_id       text        not null,
    pod_uid          uuid        not null,
    namespace        text        not null,
    pod_name         text        not null,
    owner_uid        uuid,
    attempt          integer     check (attempt > 0),
    dry_run          boolean    ,
    requested_at     timestamptz,
    expires_at       timestamptz,
    outcome          recreation_outcome,
    reason           text,
    replacement_uid  uuid,
    replacement_name text,
    finished_at      timestamptz,
    remediator       text,
    primary key (webhook_id, request_id),
    check ((outcome is null) = (finished_at is null))
);
create index recreation_pod on recreation (webhook_id, pod_uid);
create index recreation_owner on recreation (webhook_id, owner_uid, requested_at);
comment on table recreation is 'Requests to recreate missed Pods, each with what became of it. While only the result is known, what only the request says is null.';
comment on column recreation.webhook_id is 'The webhook.';
comment on column recreation.request_id is 'Identity of the request.';
comment on column recreation.pod_uid is 'uid of the Pod to be replaced.';
comment on column recreation.namespace is 'Namespace of the Pod.';
comment on column recreation.pod_name is 'Name of the Pod.';
comment on column recreation.owner_uid is 'uid of its controller; null for a bare Pod.';
comment on column recreation.attempt is 'How many Pods of this owner have been tried in a row, from 1.';
comment on column recreation.dry_run is 'True if nothing was to be done, only reported.';
comment on column recreation.requested_at is 'When it was decided, by the clock of the auditor.';
comment on column recreation.expires_at is 'From then on it must not be executed.';
comment on column recreation.outcome is 'How it ended; null while it is under way.';
comment on column recreation.reason is 'Why it ended so, a short fixed text.';
comment on column recreation.replacement_uid is 'uid of the Pod that took its place; null if none is known.';
comment on column recreation.replacement_name is 'Name of that Pod.';
comment on column recreation.finished_at is 'When it ended, by the clock of the remediator.';
comment on column recreation.remediator is 'Who executed it.';

create table consumer_offset (
    topic       text    not null,
    partition   integer not null,
    next_offset bigint  not null check (next_offset >= 0),
    primary key (topic, partition)
);
comment on table consumer_offset is 'How far the Kafka topics have been read. Advanced in the transaction of what was read, so every record has its effect exactly once.';
comment on column consumer_offset.topic is 'Name of the topic.';
comment on column consumer_offset.partition is 'Number of the partition.';
comment on column consumer_offset.next_offset is 'Offset of the next record to read.';

create table outbox (
    outbox_id  bigint generated always as identity primary key,
    topic      text  not null,
    record_key text  not null,
    event      bytea not null
);
comment on table outbox is 'Records on their way to Kafka, written in the transaction that caused them and deleted once Kafka has them.';
comment on column outbox.outbox_id is 'Order of sending.';
comment on column outbox.topic is 'Topic to send to.';
comment on column outbox.record_key is 'Key of the record: the cluster.';
comment on column outbox.event is 'Value of the record: a CloudEvent in JSON.';

create table poison_record (
    topic         text        not null,
    partition     integer     not null,
    record_offset bigint      not null,
    reason        text        not null,
    set_aside_at  timestamptz not null,
    primary key (topic, partition, record_offset)
);
comment on table poison_record is 'Kafka records that could not be understood and were set aside. The record itself is still in Kafka, as long as the topic keeps it.';
comment on column poison_record.topic is 'Topic of the record.';
comment on column poison_record.partition is 'Partition of the record.';
comment on column poison_record.record_offset is 'Offset of the record.';
comment on column poison_record.reason is 'What is wrong with it.';
comment on column poison_record.set_aside_at is 'When it was set aside, by the clock of the auditor.';

create table retention (
    only_row   boolean     primary key default true check (only_row),
    kept_since timestamptz not null
);
insert into retention (kept_since) values ('epoch');
comment on table retention is 'From when on all evidence is kept: one row. Evidence that is older and comes late is not used, because what it would have to be compared with is gone.';
comment on column retention.only_row is 'True: there is one row.';
comment on column retention.kept_since is 'All evidence from this moment on is kept; 1970 while none was ever dropped.';

create table sweep (
    webhook_id integer     primary key references watched_webhook,
    until_at   timestamptz not null
);
comment on table sweep is 'How far stamps without an admission event and admission events without a Pod have been looked for.';
comment on column sweep.webhook_id is 'The webhook.';
comment on column sweep.until_at is 'Rows of pod and admission with a stored_at up to then have been looked at. The clock of the auditor.';

create view outage_history as
select w.cluster,
       w.webhook,
       o.outage_id,
       -- Calls of the same second would make these empty.
       tstzrange(o.started_after, o.started_by,
                 case when o.started_after = o.started_by then '[]' else '(]' end) as started_between,
       tstzrange(o.ended_after, o.ended_before,
                 case when o.ended_after = o.ended_before then '[]' else '[)' end) as ended_between,
       o.ended_before is null                                         as open,
       case when o.applied = 0 then 'full' else 'partial' end         as coverage,
       o.missed,
       o.preset,
       o.probes,
       o.applied,
       round((o.missed + o.preset + o.probes)::numeric
             / (o.missed + o.preset + o.probes + o.applied), 4)       as miss_ratio,
       o.ended_after - o.started_by                                   as lasted_at_least,
       o.ended_before - o.started_after                               as lasted_at_most,
       o.started_by                                                   as started_at_the_latest,
       o.ended_after                                                  as ended_at_the_earliest
from outage o
join watched_webhook w using (webhook_id);
comment on view outage_history is 'Outage windows of all webhooks. Times are of the clock of the API server.';
comment on column outage_history.cluster is 'Id of the cluster.';
comment on column outage_history.webhook is 'Name of the webhook.';
comment on column outage_history.outage_id is 'Identity of the outage, as in the topic.';
comment on column outage_history.started_between is 'When it started: after the last applied call before it, at the latest with the first call that was not applied.';
comment on column outage_history.ended_between is 'When it ended: not before the last call that was not applied, before the applied call that closed it. No upper end while it is open.';
comment on column outage_history.open is 'True while it has not ended.';
comment on column outage_history.coverage is 'full if nothing was applied inside, else partial.';
comment on column outage_history.missed is 'Pods without the mutation.';
comment on column outage_history.preset is 'Pods that the call was missed for but that set the variable themselves.';
comment on column outage_history.probes is 'Probes of the observer that were not applied; they count no Pods.';
comment on column outage_history.applied is 'Applied calls inside, probes among them.';
comment on column outage_history.miss_ratio is 'Share of calls inside that were not applied.';
comment on column outage_history.lasted_at_least is 'From the first to the last call that was not applied.';
comment on column outage_history.started_at_the_latest is 'Upper end of started_between: the first call that was not applied. For sorting and filtering.';
comment on column outage_history.ended_at_the_earliest is 'Lower end of ended_between: the last call that was not applied.';
comment on column outage_history.lasted_at_most is 'From the last applied call before to the first after; null if one of them is not known.';

create view missed_injections as
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
       o.outage_id,
       r.outcome          as recreation,
       r.replacement_name as replacement
from pod p
join watched_webhook w using (webhook_id)
left join lateral (
    select case when outage.ended_after >= p.created_at then outage.outage_id end as outage_id
    from outage
    where outage.webhook_id = p.webhook_id and outage.started_by <= p.created_at
    order by outage.started_by desc
    limit 1) o on true
left join lateral (
    select outcome, replacement_name
    from recreation
    where recreation.webhook_id = p.webhook_id and recreation.pod_uid = p.pod_uid
    order by attempt desc
    limit 1) r on true
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
       o.outage_id,
       null,
       null
from logged_miss m
join watched_webhook w using (webhook_id)
left join lateral (
    select case when outage.ended_after >= m.missed_at then outage.outage_id end as outage_id
    from outage
    where outage.webhook_id = m.webhook_id and outage.started_by <= m.missed_at
    order by outage.started_by desc
    limit 1) o on true;
comment on view missed_injections is 'Pods that were created without the mutation: seen by the observer, or told by an imported audit log, which knows less of them.';
comment on column missed_injections.cluster is 'Id of the cluster.';
comment on column missed_injections.webhook is 'Name of the webhook.';
comment on column missed_injections.namespace is 'Namespace of the Pod.';
comment on column missed_injections.pod_name is 'Name of the Pod; null if it was generated and the log does not tell.';
comment on column missed_injections.pod_uid is 'uid of the Pod; null if the log does not tell.';
comment on column missed_injections.owner_kind is 'Kind of its controller; null for a bare Pod and from a log, like the name.';
comment on column missed_injections.owner_name is 'Name of its controller; null for a bare Pod.';
comment on column missed_injections.created_at is 'creationTimestamp of the Pod; from a log, when the answer to its creation was complete.';
comment on column missed_injections.cause is 'Why the call was missed, as far as evidence tells.';
comment on column missed_injections.lacking is 'Names of the containers without the variable; null from a log.';
comment on column missed_injections.lifecycle is 'Where the Pod is in its life; null from a log.';
comment on column missed_injections.outage_id is 'The outage that it belongs to.';
comment on column missed_injections.recreation is 'How its recreation ended; null if there was none or it is under way.';
comment on column missed_injections.replacement is 'Name of the Pod that took its place; null if none is known.';

create view recreation_history as
select w.cluster,
       w.webhook,
       r.namespace,
       r.pod_name,
       r.pod_uid,
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
join watched_webhook w using (webhook_id);
comment on view recreation_history is 'Recreations of missed Pods, from request to replacement.';
comment on column recreation_history.cluster is 'Id of the cluster.';
comment on column recreation_history.webhook is 'Name of the webhook.';
comment on column recreation_history.namespace is 'Namespace of the Pod.';
comment on column recreation_history.pod_name is 'Name of the Pod that was to be replaced.';
comment on column recreation_history.pod_uid is 'uid of that Pod.';
comment on column recreation_history.attempt is 'How many Pods of this owner had been tried in a row.';
comment on column recreation_history.dry_run is 'True if nothing was to be done, only reported.';
comment on column recreation_history.requested_at is 'When it was decided, by the clock of the auditor.';
comment on column recreation_history.finished_at is 'When it ended, by the clock of the remediator.';
comment on column recreation_history.outcome is 'How it ended; null while it is under way.';
comment on column recreation_history.reason is 'Why it ended so.';
comment on column recreation_history.replacement_name is 'Name of the Pod that took its place; null if none is known.';
comment on column recreation_history.replacement_uid is 'uid of that Pod.';
comment on column recreation_history.remediator is 'Who executed it.';

create view injection_availability as
with hour as (
    select w.webhook_id, h.*
    from watched_webhook w
    cross join lateral (
        select c.hour                 as starts_at,
               sum(c.applied)         as applied,
               sum(c.missed)          as missed,
               sum(c.preset)          as preset,
               sum(c.probes_applied)  as probes_applied,
               sum(c.probes_missed)   as probes_missed,
               sum(c.outage_seconds)  as outage_seconds
        from (
            select hour, applied, missed, preset, probes_applied, probes_missed, 0::numeric as outage_seconds
            from call_hour
            where call_hour.webhook_id = w.webhook_id
            union all
            select part.hour, 0, 0, 0, 0, 0,
                   extract(epoch from least(o.ended_after, part.hour + interval '1 hour')
                                      - greatest(o.started_by, part.hour))
            from outage o
            cross join lateral generate_series(
                date_trunc('hour', o.started_by, 'UTC'), o.ended_after, interval '1 hour') part (hour)
            where o.webhook_id = w.webhook_id) c
        group by c.hour) h
), every as (
    select 'hour' as resolution, hour.*
    from hour
    union all
    select 'day', webhook_id, date_trunc('day', starts_at, 'UTC'), sum(applied), sum(missed), sum(preset),
           sum(probes_applied), sum(probes_missed), sum(outage_seconds)
    from hour
    group by webhook_id, date_trunc('day', starts_at, 'UTC')
)
select w.cluster,
       w.webhook,
       e.resolution,
       e.starts_at,
       (e.applied + e.missed + e.preset)::bigint                                        as calls,
       e.applied::bigint                                                                as applied,
       e.missed::bigint                                                                 as missed,
       e.preset::bigint                                                                 as preset,
       round(e.applied / nullif(e.applied + e.missed + e.preset, 0), 6)                 as share_applied,
       (e.probes_applied + e.probes_missed)::bigint                                     as probes,
       e.probes_missed::bigint                                                          as probes_missed,
       round(e.outage_seconds, 3)                                                       as outage_seconds
from every e
join watched_webhook w using (webhook_id);
comment on view injection_availability is 'Calls of each hour and each day (UTC) with calls or an outage, and how many of them were applied. Choose the resolution: the rows of both are here.';
comment on column injection_availability.cluster is 'Id of the cluster.';
comment on column injection_availability.webhook is 'Name of the webhook.';
comment on column injection_availability.resolution is 'hour or day.';
comment on column injection_availability.starts_at is 'Begin of the hour or day, UTC, by the clock of the API server.';
comment on column injection_availability.calls is 'Pods that the webhook had to be called for.';
comment on column injection_availability.applied is 'Those that it was applied to.';
comment on column injection_availability.missed is 'Those without the mutation.';
comment on column injection_availability.preset is 'Those that the call was missed for but that set the variable themselves.';
comment on column injection_availability.share_applied is 'Share of the calls that were applied; null if there was none.';
comment on column injection_availability.probes is 'Probes of the observer.';
comment on column injection_availability.probes_missed is 'Those that the webhook was not applied to.';
comment on column injection_availability.outage_seconds is 'Seconds of it that lie in outages, each from its first to its last call that was not applied: what is proven at the least.';

create view observation_gaps as
select w.cluster,
       w.webhook,
       s.watched_until             as gap_from,
       s.from_at                   as gap_until,
       s.from_at - s.watched_until as lasted,
       s.begin                     as reason
from (
    select webhook_id, from_at, begin,
           max(until_at) over (partition by webhook_id order by from_at
                               rows between unbounded preceding and 1 preceding) as watched_until
    from watched_span) s
join watched_webhook w using (webhook_id)
where s.from_at > s.watched_until;
comment on view observation_gaps is 'Spans in which nobody watched the Pods, between two spans that were watched. What happened inside of them may be missing from the history. Times are of the clock of the observer.';
comment on column observation_gaps.cluster is 'Id of the cluster.';
comment on column observation_gaps.webhook is 'Name of the webhook.';
comment on column observation_gaps.gap_from is 'Last moment known to be watched.';
comment on column observation_gaps.gap_until is 'When the watch was complete again.';
comment on column observation_gaps.lasted is 'Length of the gap.';
comment on column observation_gaps.reason is 'Why there was a gap: what began the next watched span.';

create view observation_coverage as
select w.cluster,
       w.webhook,
       d.day,
       c.watched,
       round(extract(epoch from c.watched) / 86400, 6) as share,
       (select count(*)
        from unnest(tstzmultirange(tstzrange(s.first, s.last)) - s.spans) gap
        where gap && tstzrange(d.day, d.day + interval '24 hours')) as gaps
from watched_webhook w
cross join lateral (
    select range_agg(tstzrange(from_at, until_at)) as spans, min(from_at) as first, max(until_at) as last
    from watched_span
    where watched_span.webhook_id = w.webhook_id) s
cross join lateral generate_series(date_trunc('day', s.first, 'UTC'), s.last, interval '24 hours') d (day)
cross join lateral (
    select coalesce(sum(upper(span) - lower(span)), interval '0') as watched
    from unnest(s.spans * tstzmultirange(tstzrange(d.day, d.day + interval '24 hours'))) span) c;
comment on view observation_coverage is 'How much of each day (UTC) was watched, from the first to the last day that was watched at all. Share 1 means that the history of that day is complete.';
comment on column observation_coverage.cluster is 'Id of the cluster.';
comment on column observation_coverage.webhook is 'Name of the webhook.';
comment on column observation_coverage.day is 'Begin of the day, UTC, by the clock of the observer.';
comment on column observation_coverage.watched is 'How long it was watched.';
comment on column observation_coverage.share is 'Share of its 24 hours that was watched, 0 to 1; the current day has its future still to come.';
comment on column observation_coverage.gaps is 'Number of gaps between watched spans that touch the day.';

-- For people: a role that may read and nothing else. A user who may not make roles gets none; an administrator can make
-- it before the auditor starts for the first time, or grant the same by hand later (schema/README.md).
do $$
begin
    if not exists (select from pg_roles where rolname = 'injection_auditor_reader') then
        create role injection_auditor_reader nologin;
        comment on role injection_auditor_reader is 'May read the history of Injection Auditor.';
    end if;
exception
    when insufficient_privilege then
        raise notice 'role injection_auditor_reader was not made: no right to make roles';
    when duplicate_object or unique_violation then
        null; -- Another database of this server was faster.
end $$;

do $$
declare
    relation name;
begin
    if exists (select from pg_roles where rolname = 'injection_auditor_reader') then
        execute format('grant usage on schema %I to injection_auditor_reader', current_schema());
        for relation in
            select c.relname
            from pg_class c
            where c.relnamespace = current_schema()::regnamespace
              and c.relkind in ('r', 'p', 'v')
              and not c.relispartition
              and c.relname not in ('flyway_schema_history', 'outbox')
        loop
            execute format('grant select on %I.%I to injection_auditor_reader', current_schema(), relation);
        end loop;
    end if;
end $$;
