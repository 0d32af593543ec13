-- Stores a setting. A null `p_value` removes it.
create or replace function support_set_setting(p_name text, p_value jsonb) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_require_admin();
  if p_value is null then
    delete from support_settings s where s.name = p_name;
  else
    insert into support_settings as s (name, value, updated_by) values (p_name, p_value, support_current_user_id())
    on conflict on constraint support_settings_pkey do update
    set value = excluded.value, updated_by = excluded.updated_by, updated_at = now()
    where s.value is distinct from excluded.value;
  end if;
end
$$;
grant execute on function support_set_setting(text, jsonb) to {customer}, {staff};
