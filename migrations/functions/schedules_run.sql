-- Makes a schedule due now. Its next occurrence follows as usual. For admins. A paused schedule stays paused, and begins when it is resumed. Returns
-- whether it is paused.
create or replace function schedules_run(p_name text) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_is_paused boolean;
begin
  perform support_require_admin();
  update schedules s set next_at = least(s.next_at, clock()) where s.name = p_name
  returning s.paused_at is not null into v_is_paused;
  if v_is_paused is null then
    perform support_refuse('not_found');
  end if;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'schedule_started', support_current_address(), support_current_user_agent(), jsonb_build_object('schedule', p_name));
  return v_is_paused;
end
$$;
grant execute on function schedules_run(text) to {customer}, {staff};
