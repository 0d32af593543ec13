-- Permanently removes the text of a message: one of the caller's own, or any message if the caller is an admin. This also works on closed and
-- archived tickets, because a leaked secret must be removed at once.
create or replace function support_redact_message(p_ticket uuid, p_message uuid) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif v.side <> 'system' and m.sender_id is distinct from support_current_user_id()
        and not (v.side = 'admin' and support_current_role() = 'admin') then
    perform support_refuse('forbidden');
  end if;
  -- A hold on a person locks no ticket, so it waits for this transaction, or the messages' trigger sees it.
  lock table legal_holds in share mode;
  update support_messages x set redacted_at = clock_timestamp() where x.id = p_message and x.redacted_at is null;
end
$$;
grant execute on function support_redact_message(uuid, uuid) to {customer}, {staff};
