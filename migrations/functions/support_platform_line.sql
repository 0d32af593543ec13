-- Returns a name or an address from the platform's tables without the white space around it, if it is one line of 1 to `p_chars_max` characters;
-- otherwise null. The service has the same rule for names and addresses from tokens (gateway/src/auth/claims.rs).
create or replace function support_platform_line(p_text text, p_chars_max integer) returns text
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v constant text := regexp_replace(p_text, '^[\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+'
    || '|[\u0009-\u000D \u0085\u00A0\u1680\u2000-\u200A\u2028\u2029\u202F\u205F\u3000]+$', '', 'g');
begin
  return case when char_length(v) between 1 and p_chars_max and v !~ '[\u0001-\u001F\u007F-\u009F]' then v end;
end
$$;
