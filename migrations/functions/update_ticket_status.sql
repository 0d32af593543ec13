-- Changes the status of a ticket. The function's name and arguments are those of Helpline's predecessor.
create or replace function update_ticket_status(p_ticket_id uuid, p_new_status text) returns void
language sql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select support_change_ticket(p_ticket_id, p_new_status, null, null, false, null)
$$;
grant execute on function update_ticket_status(uuid, text) to {customer}, {staff};
