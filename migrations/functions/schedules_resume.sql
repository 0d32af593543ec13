-- Takes over a run of these schedules that is not done and whose lease has expired, the earliest first. The runs of a paused schedule wait.
create or replace function schedules_resume(p_names text[], p_token uuid, p_lease_ms bigint)
returns table (schedule text, period timestamptz, progress jsonb, attempts integer)
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
begin
  return query
    update schedule_runs r
    set lease_token = p_token, lease_until = clock() + interval '1 millisecond' * p_lease_ms, attempts = r.attempts + 1
    where (r.schedule, r.period) = (
      select x.schedule, x.period from schedule_runs x
      where x.done_at is null and x.schedule = any (p_names) and (x.lease_until is null or x.lease_until <= clock())
        and not exists (select 1 from schedules s where s.name = x.schedule and s.paused_at is not null)
      order by x.period, x.schedule
      limit 1
      for update skip locked
    )
    returning r.schedule, r.period, r.progress, r.attempts;
end
$$;
grant execute on function schedules_resume(text[], uuid, bigint) to {service};
