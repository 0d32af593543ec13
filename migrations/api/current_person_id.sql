-- Returns the person that the claims name, for the views of this schema. The result is null if the claims name no known subject, or if the person is
-- blocked; the views then have no rows. A security definer function, because the platform's role has no privilege on Helpline's own schema.
create or replace function {api}.current_person_id() returns uuid
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return case when not support_is_blocked() then support_current_user_id() end;
end
$$;
