-- Ends a run that waits for an admin, without any change. For admins. The access log records it. The schedule plans the next run as usual.
create or replace function retention_refuse(p_run uuid) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  r record;
begin
  perform support_require_admin();
  select x.* into r from retention_runs x where x.id = p_run for update;
  if r.id is null then
    perform support_refuse('not_found');
  elsif r.state <> 'waiting' then
    perform support_refuse('conflict');
  end if;
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'retention_run_refused', support_current_address(), support_current_user_agent(),
          jsonb_build_object('run', p_run, 'kind', r.kind, 'due', r.due, 'total', r.total));
  perform retention_end(p_run, 'stopped', 'refused', null);
end
$$;
grant execute on function retention_refuse(uuid) to {customer}, {staff};
