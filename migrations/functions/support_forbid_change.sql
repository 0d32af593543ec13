-- Append-only for everybody. Redaction and retention are definer functions of the owner's, and open this door for their own
-- transaction's statement alone; whoever else sets the word is not the owner and stays outside.
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
