-- Trigger function for `support_tickets` and `support_messages`. It refuses to delete a ticket that has a legal hold, or a message of that ticket. A
-- message that is deleted together with its ticket passes, because the ticket itself has already passed this check.
create or replace function support_before_delete() returns trigger
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  perform support_refuse_if_held((to_jsonb(old) ->> case tg_table_name when 'support_tickets' then 'id' else 'ticket_id' end)::uuid);
  return old;
end
$$;
