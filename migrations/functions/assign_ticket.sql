create or replace function assign_ticket(p_ticket_id uuid, p_assigned_to uuid) returns void
language sql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select support_change_ticket(p_ticket_id, null, null, null, true, p_assigned_to)
$$;
grant execute on function assign_ticket(uuid, uuid) to {staff};
