-- Begins the run of a period: moves the schedule to its next occurrence and writes the run's row, leased to the caller. Returns false if another instance
-- was faster, or the schedule was changed or paused meanwhile. `p_next_seen` is the occurrence that the caller saw; `p_period` is the last one that is
-- due, which is later if occurrences were missed.
create or replace function schedules_begin(
  p_name text, p_next_seen timestamptz, p_period timestamptz, p_next_at timestamptz, p_token uuid, p_lease_ms bigint
) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update schedules s set next_at = p_next_at where s.name = p_name and s.next_at = p_next_seen and s.next_at <= clock() and s.paused_at is null;
  if not found then
    return false;
  end if;
  insert into schedule_runs (schedule, period, lease_token, lease_until, started_at)
  values (p_name, p_period, p_token, clock() + interval '1 millisecond' * p_lease_ms, clock())
  on conflict on constraint schedule_runs_pkey do nothing;
  return found;
end
$$;
grant execute on function schedules_begin(text, timestamptz, timestamptz, timestamptz, uuid, bigint) to {service};
