-- Trigger function that makes a table append-only for every role. Redaction, retention and erasure are security definer functions of the owner, and
-- `adopt_remove` is called as the owner; they set `helpline.append_only_door` around each statement that changes the table. The setting has no effect for other roles, because the trigger also
-- requires the owner.
create or replace function support_forbid_change() returns trigger
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if current_user::regrole = '{owner}'::regrole and current_setting('helpline.append_only_door', true) = 'open' then
    return null;
  end if;
  raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'insufficient_privilege';
end
$$;
