-- Adds an event that only staff can see to a ticket's history, and returns its id in the view `support_ticket_activity`. The event always has the kind
-- `logged`, whatever `p_activity_type` says, so that no caller can forge an event of another kind; `p_activity_type` is kept in its metadata.
create or replace function {api}.log_ticket_activity(
  p_ticket_id uuid, p_activity_type text, p_actor_id uuid default null, p_actor_type text default null,
  p_old_value text default null, p_new_value text default null, p_description text default null
) returns text
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform {api}.require_actor(p_actor_id);
  if p_actor_type <> 'admin' then
    perform support_refuse('forbidden');
  end if;
  perform {schema}.log_ticket_activity(p_ticket_id, p_activity_type, p_old_value, p_new_value, p_description);
  return (select h.ticket_id || ':' || h.seq from support_ticket_heads h where h.ticket_id = p_ticket_id);
end
$$;
