-- The history of one or many clusters. All times are timestamptz; the comments say whose clock they are from.
-- The auditor owns every table and writes them from Kafka records; the views at the end are for people.

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
    primary key (webhook_id, request_uid)
);
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
    primary key (webhook_id, pod_uid),
    check ((cause is not null) = (verdict in ('missed', 'preset')))
);
create index pod_evidence on pod (webhook_id, created_at, resource_version) include (verdict)
    where verdict <> 'predates';
create index pod_not_applied on pod (webhook_id, created_at, resource_version)
    where verdict in ('missed', 'preset');
create index pod_stamp on pod (webhook_id, stamp) where stamp is not null;
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

create table outage (
    outage_id     uuid        primary key,
    webhook_id    integer     not null references watched_webhook,
    started_after timestamptz,
    started_by    timestamptz not null,
    ended_after   timestamptz not null,
    ended_before  timestamptz,
    missed        bigint      not null check (missed >= 0),
    preset        bigint      not null check (preset >= 0),
    applied       bigint      not null check (applied >= 0),
    check (missed + preset > 0),
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

create table recreation (
    webhook_id       integer     not null references watched_webhook,
    request_id       text        not null,
    pod_uid          uuid        not null,
    namespace        text        not null,
    pod_name         text        not null,
    owner_uid        uuid,
    attempt          integer     not null check (attempt > 0),
    dry_run          boolean     not null,
    requested_at     timestamptz not null,
    expires_at       timestamptz not null,
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
comment on table recreation is 'Requests to recreate missed Pods, each with what became of it.';
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

create view outage_history as
select w.cluster,
       w.webhook,
       o.outage_id,
       tstzrange(o.started_after, o.started_by, '(]')                 as started_between,
       tstzrange(o.ended_after, o.ended_before, '[)')                 as ended_between,
       o.ended_before is null                                         as open,
       case when o.applied = 0 then 'full' else 'partial' end         as coverage,
       o.missed,
       o.preset,
       o.applied,
       round((o.missed + o.preset)::numeric / (o.missed + o.preset + o.applied), 4) as miss_ratio,
       o.ended_after - o.started_by                                   as lasted_at_least,
       o.ended_before - o.started_after                               as lasted_at_most
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
comment on column outage_history.applied is 'Applied calls inside.';
comment on column outage_history.miss_ratio is 'Share of calls inside that were not applied.';
comment on column outage_history.lasted_at_least is 'From the first to the last call that was not applied.';
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
left join outage o
    on o.webhook_id = p.webhook_id and p.created_at between o.started_by and o.ended_after
left join lateral (
    select outcome, replacement_name
    from recreation
    where recreation.webhook_id = p.webhook_id and recreation.pod_uid = p.pod_uid
    order by attempt desc
    limit 1) r on true
where p.verdict = 'missed';
comment on view missed_injections is 'Pods that were created without the mutation.';
comment on column missed_injections.cluster is 'Id of the cluster.';
comment on column missed_injections.webhook is 'Name of the webhook.';
comment on column missed_injections.namespace is 'Namespace of the Pod.';
comment on column missed_injections.pod_name is 'Name of the Pod.';
comment on column missed_injections.pod_uid is 'uid of the Pod.';
comment on column missed_injections.owner_kind is 'Kind of its controller; null for a bare Pod.';
comment on column missed_injections.owner_name is 'Name of its controller; null for a bare Pod.';
comment on column missed_injections.created_at is 'creationTimestamp of the Pod.';
comment on column missed_injections.cause is 'Why the call was missed, as far as evidence tells.';
comment on column missed_injections.lacking is 'Names of the containers without the variable.';
comment on column missed_injections.lifecycle is 'Where the Pod is in its life.';
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
