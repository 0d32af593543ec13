-- Returns whether this session's claims contain a subject (`sub`), whether or not the subject belongs to a known person. A session with a subject
-- never acts as the system.
create or replace function support_names_subject() returns boolean
language plpgsql stable parallel safe
set search_path = pg_catalog, pg_temp
as $$
begin
  return nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '') is not null;
end
$$;
