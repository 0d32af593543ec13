-- Locks the ticket for a caller who may redact other people's texts: an admin who is not the ticket's customer, or an administrator of the database.
create or replace function support_lock_for_redaction(p_ticket uuid) returns support_tickets
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
begin
  if v.side <> 'system' and not (v.side = 'admin' and support_current_role() = 'admin') then
    perform support_refuse('forbidden');
  end if;
  -- A hold on a person locks no ticket, so it waits for this transaction, or this transaction sees it.
  lock table legal_holds in share mode;
  perform support_refuse_if_held(p_ticket);
  return v.ticket;
end
$$;
