-- Every policy calls this function once per query, so it must be fast. The first branch accepts UUIDs in the form that the service and Supabase
-- write, without looking at any table. Its two comparisons take half the time of a regular expression (measured).
create or replace function support_current_user_id() returns uuid
language plpgsql stable parallel safe
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_sub constant text := nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '');
begin
  if v_sub like '________-____-____-____-____________' and translate(v_sub, '0123456789abcdefABCDEF', '') = '----' then
    return v_sub::uuid;
  end if;
  if v_sub is null then
    return null;
  end if;
  return coalesce(support_subject_uuid(v_sub), support_issued_person());
end
$$;
grant execute on function support_current_user_id() to {customer}, {staff};
