-- Returns all schedules, each with its last run.
create or replace function schedules_list()
returns table (name text, zone text, wall_time time, every text, on_day smallint, next_at timestamptz, paused_at timestamptz,
               period timestamptz, started_at timestamptz, done_at timestamptz, error text, progress jsonb)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select s.name, s.zone, s.wall_time, s.every, s.on_day, s.next_at, s.paused_at, r.period, r.started_at, r.done_at, r.error, r.progress
    from schedules s
    left join lateral (
      select x.* from schedule_runs x where x.schedule = s.name order by x.period desc limit 1
    ) r on true
    order by s.name;
end
$$;
grant execute on function schedules_list() to {service};
