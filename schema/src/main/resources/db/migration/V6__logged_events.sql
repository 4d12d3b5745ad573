-- An event of an audit log that names a webhook is known by its evidence, so no second table has to be searched for it.
-- Clients may choose the auditID of a request (header Audit-ID), so two creations can have the same.

delete from logged_creation c
using evidence e
where e.source = 'audit' and e.ref = c.audit_id and e.at = c.logged_at;
-- Which cluster a log was of had not been noted; most will have been imported without saying so.
alter table logged_creation add column cluster text not null default 'imported';
alter table logged_creation alter column cluster drop default;
alter table logged_creation drop constraint logged_creation_pkey;
alter table logged_creation add primary key (cluster, logged_at, audit_id);
comment on table logged_creation is 'Events of imported audit logs that tell of the creation of a Pod for which no webhook was to be called: a repeated one is known by this. The others are known by their evidence.';
comment on column logged_creation.cluster is 'Id of the cluster that the log is of.';

alter table logged_miss drop constraint logged_miss_pkey;
drop index logged_miss_time;
alter table logged_miss add primary key (webhook_id, missed_at, audit_id);

comment on column evidence.ref is 'What it is from: uid of the Pod, a uid made from the id of the probe, or auditID of the audit event.';
