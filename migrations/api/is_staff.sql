-- Returns whether the person that the claims name is a member of staff who is not blocked.
create or replace function {api}.is_staff() returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  return support_is_staff();
end
$$;
