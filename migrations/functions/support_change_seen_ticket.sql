-- Changes several fields of a ticket in one step. A null leaves a field unchanged. `p_assigned_to` is used only if `p_assign` is true; a null
-- `p_assigned_to` then unassigns the ticket. `p_expected` is the assignee that the caller has seen; it is used only if `p_expects` is true.
--
-- If the ticket's assignee is neither the expected nor the requested one, nothing is changed, and the function returns one row with the present
-- assignee. It raises no error, so that a caller that changes several tickets in one transaction can continue.
create or replace function support_change_seen_ticket(
  p_ticket uuid, p_status text, p_priority text, p_category text, p_assign boolean, p_assigned_to uuid, p_expects boolean, p_expected uuid
) returns table (assigned_to uuid, assignee_name text)
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
#variable_conflict use_column
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side = 'customer' and (p_priority is not null or p_category is not null or p_assign or p_expects) then
    perform support_refuse('forbidden');
  end if;
  if t.archived_at is not null then
    perform support_refuse('ticket_archived');
  end if;
  if p_expects and t.assigned_to is distinct from p_expected and not (p_assign and t.assigned_to is not distinct from p_assigned_to) then
    return query select t.assigned_to, t.assignee_name;
    return;
  end if;
  update support_tickets u
  set status = coalesce(p_status, u.status), priority = coalesce(p_priority, u.priority), category = coalesce(p_category, u.category),
      assigned_to = case when p_assign then p_assigned_to else u.assigned_to end
  where u.id = p_ticket
    and (coalesce(p_status, u.status), coalesce(p_priority, u.priority), coalesce(p_category, u.category),
         case when p_assign then p_assigned_to else u.assigned_to end) is distinct from (u.status, u.priority, u.category, u.assigned_to);
end
$$;
grant execute on function support_change_seen_ticket(uuid, text, text, text, boolean, uuid, boolean, uuid) to {customer}, {staff}, {service};
