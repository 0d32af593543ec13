-- Trigger function that runs when a person is blocked and unassigns their tickets.
create or replace function support_unassign_blocked() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_unassign_all(array[new.id]);
  return null;
end
$$;
