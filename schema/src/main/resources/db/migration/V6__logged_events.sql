-- An event of an audit log that names a webhook is known by its evidence, so no second table has to be searched for it.
-- Clients may choose the auditID of a request (header Audit-ID), so two creations can have the same.

delete from logged_creation c
using evidence e
where e.source = 'audit' and e.ref = c.audit_id and e.at = c.logged_at;
comment on table logged_creation is 'Events of imported audit logs that tell of the creation of a Pod for which no webhook was to be called: a repeated one is known by this. The others are known by their evidence.';

alter table logged_miss drop constraint logged_miss_pkey;
drop index logged_miss_time;
alter table logged_miss add primary key (webhook_id, missed_at, audit_id);
