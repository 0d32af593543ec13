-- Assigns a ticket to a member of staff, or to no one if `p_assignee_id` is null.
create or replace function {api}.assign_ticket(p_ticket_id uuid, p_assignee_id uuid, p_actor_id uuid default null) returns boolean
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform {api}.require_actor(p_actor_id);
  perform support_change_ticket(p_ticket_id, null, null, null, true, p_assignee_id);
  return true;
end
$$;
