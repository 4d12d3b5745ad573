-- The remediator keeps the limits for a minute itself, as requests that have waited come all at once, and it stops where
-- replacements are missed again or do not come.

create index remediation_journal_evicted on remediation_journal (cluster, evicted_at) where evicted_at is not null;
create index remediation_journal_brakes on remediation_journal (cluster, finished_at)
    where outcome in ('missed-again', 'not-replaced');
comment on column remediation_journal.evicted_at is 'When the eviction was sent, and then when it was known to have happened, by the clock of the remediator.';
