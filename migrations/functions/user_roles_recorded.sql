-- Trigger function that records in the access log every change of a role, made by a function or by plain SQL.
create or replace function user_roles_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if tg_op in ('DELETE', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_revoked', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', old.user_id, 'role', old.role));
  end if;
  if tg_op in ('INSERT', 'UPDATE') then
    insert into access_log (user_id, action, ip_address, user_agent, detail)
    values (support_current_user_id(), 'role_granted', support_current_address(), support_current_user_agent(),
            jsonb_build_object('user', new.user_id, 'role', new.role));
  end if;
  return null;
end
$$;
