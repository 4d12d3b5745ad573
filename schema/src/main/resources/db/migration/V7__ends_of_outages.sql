-- Whether an outage is open, and when the last one ended, is asked each second and before each recreation: without this,
-- all outages of the webhook are looked at.
create index outage_ended on outage (webhook_id, ended_before);
