-- Fails if the ticket, or the person who opened it, has a legal hold. Until the hold is released, even admins cannot redact or delete the ticket.
create or replace function support_refuse_if_held(p_ticket uuid) returns void
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if exists (select 1 from support_tickets t where t.id = p_ticket and (t.legal_hold or support_is_held(t.id, t.user_id))) then
    perform support_refuse('legal_hold');
  end if;
end
$$;
