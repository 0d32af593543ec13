-- Refuses a text that the service would refuse: one that is missing or blank, or that contains control characters other than newlines and tabs.
create or replace function {api}.require_text(p_text text) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if p_text is null
     or p_text ~ '[\u0001-\u0008\u000B-\u001F\u007F-\u009F]'
     or p_text !~ '[^\u0009-\u000D\u0020\u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]' then
    perform support_refuse('invalid_field');
  end if;
end
$$;
