-- Changes the text of one of the caller's own messages. Fails if the ticket is closed or archived, or if the message is redacted.
create or replace function support_edit_message(p_ticket uuid, p_message uuid, p_body text) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
  m support_messages;
begin
  select * into m from support_messages x where x.id = p_message and x.ticket_id = p_ticket;
  if m.id is null or (m.is_internal and v.side = 'customer') then
    perform support_refuse('not_found');
  elsif m.sender_id is distinct from support_current_user_id() then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status = 'closed' then
    perform support_refuse('ticket_closed');
  elsif m.redacted_at is not null then
    perform support_refuse('redacted');
  end if;
  update support_messages x set body = p_body where x.id = p_message and x.body <> p_body;
end
$$;
grant execute on function support_edit_message(uuid, uuid, text) to {customer}, {staff};
