-- Returns the schedules with these names that are due, and the present time. It takes no locks. An instance asks only for schedules that it knows.
create or replace function schedules_due(p_names text[])
returns table (name text, zone text, wall_time time, every text, on_day smallint, next_at timestamptz, now_at timestamptz)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select s.name, s.zone, s.wall_time, s.every, s.on_day, s.next_at, clock()
    from schedules s
    where s.paused_at is null and s.next_at <= clock() and s.name = any (p_names)
    order by s.next_at, s.name;
end
$$;
grant execute on function schedules_due(text[]) to {service};
