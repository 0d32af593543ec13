-- Pauses or resumes a consumer. For admins. A poll that is running ends first.
create or replace function consumers_pause(p_name text, p_paused boolean) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  perform pg_advisory_xact_lock(hashtextextended(p_name, to_regclass('consumers')::oid::bigint));
  if not exists (select 1 from consumers c where c.name = p_name) then
    perform support_refuse('not_found');
  end if;
  update consumers c set paused_at = case when p_paused then clock() end where c.name = p_name and (c.paused_at is null) = p_paused;
  if found then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), case when p_paused then 'consumer_paused' else 'consumer_resumed' end,
            support_current_address(), support_current_user_agent(), jsonb_build_object('consumer', p_name));
  end if;
end
$$;
grant execute on function consumers_pause(text, boolean) to {customer}, {staff};
