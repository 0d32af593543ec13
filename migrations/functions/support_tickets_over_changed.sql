-- Trigger function that runs when a ticket ends or becomes active again, which is rare compared with new messages. If the customer reopens the
-- ticket, their waiting time starts now. If the team reopens it, the previous `waiting_since` applies again.
create or replace function support_tickets_over_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  -- The message that changed the ticket's status, or null. At a trigger depth above 1, only the trigger of the messages can have set
  -- `helpline.movers`.
  v_mover constant jsonb := case when pg_trigger_depth() > 1
    then nullif(current_setting('helpline.movers', true), '')::jsonb -> new.id::text end;
  v_by_customer constant boolean := coalesce(v_mover ->> 'type' = 'customer', support_current_user_id() = new.user_id, false);
begin
  update support_ticket_heads h
  set is_over = support_is_over(new.status),
      waiting_since = case
        when new.archived_at is not null then null
        when v_by_customer and not support_is_over(new.status) then coalesce((v_mover ->> 'at')::timestamptz, clock_timestamp())
        else h.waiting_since
      end
  where h.ticket_id = new.id;
  return null;
end
$$;
