-- Locks a ticket and returns it with the caller's side (customer, admin or system). A ticket that does not exist and a ticket of another customer
-- give the same error, so that the caller cannot tell which tickets exist.
create or replace function support_lock_ticket(p_ticket uuid, out ticket support_tickets, out side text)
language plpgsql
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v_user constant uuid := support_require_user();
begin
  select t.* into ticket from support_tickets t where t.id = p_ticket for no key update;
  side := case when v_user is null then 'system' when ticket.user_id = v_user then 'customer' when support_current_role() is not null then 'admin' end;
  if ticket.id is null or side is null then
    perform support_refuse('not_found');
  end if;
end
$$;
