-- Calls `support_set_setting` if the setting's entity tag is in `p_if_match`; `*` matches any existing value. A null `p_if_match` skips the check.
-- The whole table is locked until the end of the transaction, because a setting without a value has no row to lock.
create or replace function support_set_seen_setting(p_name text, p_value jsonb, p_if_match text[]) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_value jsonb;
begin
  perform support_require_admin();
  if p_if_match is not null then
    lock table support_settings in share row exclusive mode;
    select s.value into v_value from support_settings s where s.name = p_name;
    if not (support_etag(v_value) = any (p_if_match) or (v_value is not null and '*' = any (p_if_match))) then
      perform support_refuse('precondition_failed');
    end if;
  end if;
  perform support_set_setting(p_name, p_value);
end
$$;
grant execute on function support_set_seen_setting(text, jsonb, text[]) to {customer}, {staff};
