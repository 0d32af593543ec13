-- Records in the access log every change of a setting, with its old and new value, whether the change is made by a function or by plain SQL.
create or replace function support_settings_recorded() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  insert into access_log (user_id, action, ip_address, user_agent, detail)
  values (support_current_user_id(), 'setting_changed', support_current_address(), support_current_user_agent(),
          jsonb_build_object('name', coalesce(new.name, old.name), 'before', old.value, 'after', new.value));
  return null;
end
$$;
