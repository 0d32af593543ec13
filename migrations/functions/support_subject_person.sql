-- The person that a subject becomes at its first sign-in, unless a row says another. Made from both names (UUID version 8: of the first 16 bytes of
-- their SHA-256), so that a database restored to before that sign-in makes the same person again: their open connections still write as that one.
-- Neither name has a control character, so none of them can take over a part of the other.
create or replace function support_subject_person(p_issuer text, p_subject text) returns uuid
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v bytea := substring(sha256(convert_to(p_issuer, 'UTF8') || '\x00'::bytea || convert_to(p_subject, 'UTF8')) from 1 for 16);
begin
  v := set_byte(v, 6, (get_byte(v, 6) & 15) | 128);
  v := set_byte(v, 8, (get_byte(v, 8) & 63) | 128);
  return encode(v, 'hex')::uuid;
end
$$;
