-- Prepares a write like `begin_write`, and refuses an actor other than the person in the claims: the original functions believed the caller.
create or replace function {api}.require_actor(p_actor_id uuid) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if {api}.begin_write() <> p_actor_id then
    perform support_refuse('forbidden');
  end if;
end
$$;
