-- Creates or changes a schedule. A schedule that stays as it is keeps its next occurrence, so that each instance may call this again and again, unless
-- the next occurrence is later than `p_next_at`, the first one after now: it was stored while the clock was ahead. Returns whether anything changed.
create or replace function schedules_put(p_name text, p_zone text, p_wall_time time, p_every text, p_on_day smallint, p_next_at timestamptz) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if exists (select 1 from schedules s where s.name = p_name and (s.zone, s.wall_time, s.every) = (p_zone, p_wall_time, p_every)
             and s.on_day is not distinct from p_on_day and s.next_at <= p_next_at) then
    return false;
  end if;
  insert into schedules as s (name, zone, wall_time, every, on_day, next_at) values (p_name, p_zone, p_wall_time, p_every, p_on_day, p_next_at)
  on conflict on constraint schedules_pkey do update
  set zone = excluded.zone, wall_time = excluded.wall_time, every = excluded.every, on_day = excluded.on_day, next_at = excluded.next_at;
  return true;
end
$$;
grant execute on function schedules_put(text, text, time, text, smallint, timestamptz) to {service};
