-- Trigger function that runs when roles are removed, by a function or by plain SQL, and unassigns the tickets of people who lost a role.
create or replace function support_unassign_lost() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_unassign_all(array(select distinct l.user_id from lost l));
  return null;
end
$$;
