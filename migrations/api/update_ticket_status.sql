-- Changes the status of a ticket, under the desk's rules for status changes.
create or replace function {api}.update_ticket_status(p_ticket_id uuid, p_new_status text, p_actor_id uuid default null) returns boolean
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform {api}.require_actor(p_actor_id);
  if p_new_status is null then
    perform support_refuse('invalid_field');
  end if;
  perform support_change_ticket(p_ticket_id, p_new_status, null, null, false, null);
  return true;
end
$$;
