-- Returns a run as it is now, also within the transaction that changes it.
create or replace function retention_run(p_run uuid)
returns table (
  id uuid, kind text, state text, period timestamptz, months integer, share_max_percent integer, planned_at timestamptz, cutoff timestamptz,
  total bigint, due bigint, skipped jsonb, approved_by uuid, approved_at timestamptz, changed bigint, worked_ms bigint, kept jsonb, digest text,
  last_entry bigint, reason text, done_at timestamptz
)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select r.id, r.kind, r.state, r.period, r.months, r.share_max_percent, r.planned_at, r.cutoff, r.total, r.due, r.skipped, r.approved_by,
      r.approved_at, r.changed, r.worked_ms, r.kept, r.digest, r.position_row, r.reason, r.done_at
    from retention_runs r where r.id = p_run;
end
$$;
grant execute on function retention_run(uuid) to {service};
