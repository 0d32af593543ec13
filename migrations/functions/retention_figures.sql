-- Returns for each of these kinds how many runs wait for an admin, and how many seconds ago the last run was done. If none was ever done, the seconds count
-- from when the first one began; 0 if none has begun, or if retention is switched off. `p_schedules` has the name of each kind's schedule.
create or replace function retention_figures(p_kinds text[], p_schedules text[]) returns table (kind text, waiting bigint, age_s double precision)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    select k.kind,
      (select count(*) from retention_runs r where r.kind = k.kind and r.state = 'waiting'),
      case when (select p.enabled from retention_policy() p) then coalesce(greatest(extract(epoch from clock() - coalesce(
        (select max(r.done_at) from retention_runs r where r.kind = k.kind and r.state = 'done'),
        (select min(s.started_at) from schedule_runs s where s.schedule = k.schedule)
      )), 0), 0)::double precision else 0 end
    from unnest(p_kinds, p_schedules) k (kind, schedule);
end
$$;
grant execute on function retention_figures(text[], text[]) to {service};
