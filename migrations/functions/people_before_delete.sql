-- Trigger function for `people`. It refuses to delete a person who has a legal hold.
create or replace function people_before_delete() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if support_is_held(null, old.id) then
    perform support_refuse('legal_hold');
  end if;
  return old;
end
$$;
