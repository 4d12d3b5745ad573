-- Until when a webhook was watched is asked each second: without this, all its spans are looked at.
create index watched_span_until on watched_span (webhook_id, until_at);
