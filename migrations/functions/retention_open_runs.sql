-- Returns the runs that have something to do. A run waits while the schedule of its kind is paused.
create or replace function retention_open_runs() returns setof uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return query select r.id from retention_runs r where r.state = 'acting' and not retention_is_paused(r.kind) order by r.planned_at, r.id;
end
$$;
grant execute on function retention_open_runs() to {service};
