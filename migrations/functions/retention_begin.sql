-- Plans the run of a period and returns its id; null if retention is switched off. A run that would change more rows than `p_unguarded_max` and than the
-- share in the settings waits for an admin. If the period already has a run, or an earlier run of this kind is not done, returns that one. A run that
-- still waits is given up, because its counts are out of date.
create or replace function retention_begin(p_id uuid, p_kind text, p_period timestamptz, p_unguarded_max bigint) returns uuid
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_id uuid;
  v_policy record;
  v_plan record;
  v_months constant integer := retention_months(p_kind);
  v_cutoff constant timestamptz := retention_cutoff(clock(), v_months);
begin
  -- One run is planned at a time.
  lock table retention_runs in share row exclusive mode;
  select r.id into v_id from retention_runs r where r.kind = p_kind and (r.period = p_period or r.state = 'acting') order by r.state = 'acting' desc limit 1;
  if v_id is not null then
    return v_id;
  end if;
  select p.* into v_policy from retention_policy() p;
  if not v_policy.enabled then
    return null;
  end if;
  update retention_runs r set state = 'expired', done_at = clock() where r.kind = p_kind and r.state = 'waiting';
  select p.* into v_plan from retention_plan(p_kind, v_cutoff) p;
  insert into retention_runs (id, kind, state, period, months, share_max_percent, planned_at, cutoff, total, due, skipped)
  values (p_id, p_kind,
          case when v_plan.due > p_unguarded_max and v_plan.due::numeric * 100 > v_plan.total::numeric * v_policy.share_max_percent
               then 'waiting' else 'acting' end,
          p_period, v_months, v_policy.share_max_percent, clock(), v_cutoff, v_plan.total, v_plan.due, v_plan.skipped);
  return p_id;
end
$$;
grant execute on function retention_begin(uuid, text, timestamptz, bigint) to {service};
