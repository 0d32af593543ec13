-- Records how far a run is, and renews its lease; or, with `p_is_done`, ends it. Part of the caller's transaction, so that the work and its record are
-- committed together. Returns false if the caller no longer has the lease: it must roll back.
create or replace function schedules_progress(
  p_name text, p_period timestamptz, p_token uuid, p_progress jsonb, p_error text, p_is_done boolean, p_lease_ms bigint
) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  update schedule_runs r
  set progress = p_progress,
      error = left(p_error, 500),
      done_at = case when p_is_done then clock() end,
      lease_token = case when not p_is_done then r.lease_token end,
      lease_until = case when not p_is_done then clock() + interval '1 millisecond' * p_lease_ms end
  where r.schedule = p_name and r.period = p_period and r.lease_token = p_token;
  return found;
end
$$;
grant execute on function schedules_progress(text, timestamptz, uuid, jsonb, text, boolean, bigint) to {service};
