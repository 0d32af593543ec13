-- Lists the last runs with the claims of the admin who requests them, because the table's row-level security policy shows runs only to admins.
select r.id, r.kind, r.state, r.period, r.months, r.share_max_percent, r.planned_at, r.cutoff, r.total, r.due, r.skipped, r.approved_by,
  r.approved_at, r.changed, r.worked_ms, r.kept, r.digest, r.position_row, r.reason, r.done_at
from {schema}.retention_runs r
order by r.planned_at desc, r.id desc
limit $1
