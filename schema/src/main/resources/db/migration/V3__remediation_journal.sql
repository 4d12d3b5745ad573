-- The journal of the built-in remediator: every request that it has taken on, and how far it has come. A step is written
-- before it is taken, so that a crash leaves no doubt what may have been done.
create table remediation_journal (
    cluster         text        not null,
    webhook         text        not null,
    request_id      text        not null,
    owner_uid       uuid        not null,
    pod_uid         uuid        not null,
    request         jsonb       not null,
    requested_at    timestamptz not null,
    expires_at      timestamptz not null,
    step            text        not null check (step in ('accepted', 'evicting', 'evicted', 'answered', 'done')),
    pods_before     uuid[]     ,
    stamp           uuid       ,
    spec            jsonb      ,
    evicted_at      timestamptz,
    outcome         recreation_outcome,
    replacement_uid uuid       ,
    result          jsonb      ,
    finished_at     timestamptz,
    primary key (cluster, webhook, request_id),
    check ((step in ('answered', 'done')) = (result is not null)),
    check (spec is null or result is null)
);
create index remediation_journal_open on remediation_journal (cluster, requested_at) where step <> 'done';
create index remediation_journal_owner on remediation_journal (cluster, owner_uid, finished_at);
comment on table remediation_journal is 'Requests that the built-in remediator has taken on, and how far it has come. Not for readers: a spec can hold secrets.';
comment on column remediation_journal.cluster is 'Id of the cluster.';
comment on column remediation_journal.webhook is 'Name of the webhook.';
comment on column remediation_journal.request_id is 'Identity of the request.';
comment on column remediation_journal.owner_uid is 'uid of the controller of the Pod; for a bare Pod its own.';
comment on column remediation_journal.pod_uid is 'uid of the Pod to be replaced.';
comment on column remediation_journal.request is 'The request, as the CloudEvent that it came as.';
comment on column remediation_journal.requested_at is 'When it was decided, by the clock of the auditor.';
comment on column remediation_journal.expires_at is 'From then on the Pod must not be evicted for it.';
comment on column remediation_journal.step is 'accepted: nothing was done. evicting: an eviction may have been sent. evicted: the Pod goes or is gone. answered: the result is known. done: it was sent.';
comment on column remediation_journal.pods_before is 'uids of the Pods of the controller before the eviction, none of which is the replacement.';
comment on column remediation_journal.stamp is 'Stamp of the Pod, which was not its own; null if it had none.';
comment on column remediation_journal.spec is 'A bare Pod as it is to be created again; null for others, and once it has been.';
comment on column remediation_journal.evicted_at is 'When the eviction was known to have happened, by the clock of the remediator.';
comment on column remediation_journal.outcome is 'How it ended; null while it is under way.';
comment on column remediation_journal.replacement_uid is 'uid of the Pod that took its place; null if none is known.';
comment on column remediation_journal.result is 'The result, as the CloudEvent that is sent.';
comment on column remediation_journal.finished_at is 'When it ended, by the clock of the remediator.';
