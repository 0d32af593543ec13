-- Returns the UUID of the person who is created when a token issuer's subject (its `sub`) signs in for the first time. The UUID (version 8) is made
-- from the first 16 bytes of the SHA-256 of issuer and subject. If the database is restored to a time before the first sign-in, the next sign-in
-- therefore creates a person with the same UUID, and connections that were opened before the restore keep writing as that person.
--
-- The zero byte between issuer and subject is unambiguous, because neither contains control characters.
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
