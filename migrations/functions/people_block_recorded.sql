create or replace function people_block_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), case when new.blocked_at is null then 'person_unblocked' else 'person_blocked' end,
          support_current_address(), support_current_user_agent(), jsonb_build_object('user', new.id));
  return null;
end
$$;
