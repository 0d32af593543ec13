-- Returns a run as it is now.
select id, kind, state, period, months, share_max_percent, planned_at, cutoff, total, due, skipped, approved_by, approved_at, changed, worked_ms, kept,
  digest, last_entry, reason, done_at
from {schema}.retention_run($1)
