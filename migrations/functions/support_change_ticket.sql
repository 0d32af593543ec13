-- Changes a ticket like `support_change_seen_ticket`, but without an expected assignee: the last writer wins.
create or replace function support_change_ticket(
  p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid
) returns void
language sql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
  select from support_change_seen_ticket(p_ticket, p_status, p_priority, p_category, p_assign, p_assigned_to, false, null)
$$;
grant execute on function support_change_ticket(uuid, text, text, text, boolean, uuid) to {customer}, {staff};
