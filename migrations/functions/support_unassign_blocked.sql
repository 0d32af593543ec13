-- Runs when a person is blocked.
create or replace function support_unassign_blocked() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_unassign_all(array[new.id]);
  return null;
end
$$;
