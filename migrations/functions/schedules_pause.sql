-- Pauses or resumes a schedule. For admins. Occurrences of a paused schedule are missed; the last of them runs when it is resumed.
create or replace function schedules_pause(p_name text, p_paused boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  if not exists (select 1 from schedules s where s.name = p_name) then
    perform support_refuse('not_found');
  end if;
  update schedules s set paused_at = case when p_paused then clock() end where s.name = p_name and (s.paused_at is null) = p_paused;
  if found then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), case when p_paused then 'schedule_paused' else 'schedule_resumed' end,
            support_current_address(), support_current_user_agent(), jsonb_build_object('schedule', p_name));
  end if;
end
$$;
grant execute on function schedules_pause(text, boolean) to {customer}, {staff};
