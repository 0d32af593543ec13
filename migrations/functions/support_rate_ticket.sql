create or replace function support_rate_ticket(p_ticket uuid, p_rating integer, p_comment text) returns void
language plpgsql security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
declare
  v record := support_lock_ticket(p_ticket);
  t constant support_tickets := v.ticket;
begin
  if v.side <> 'customer' then
    perform support_refuse('forbidden');
  elsif t.archived_at is not null then
    perform support_refuse('ticket_archived');
  elsif t.status not in ('resolved', 'closed') then
    perform support_refuse('not_ratable');
  end if;
  update support_tickets u
  set satisfaction_rating = p_rating, satisfaction_comment = p_comment
  where u.id = p_ticket and (u.satisfaction_rating, u.satisfaction_comment) is distinct from (p_rating, p_comment);
end
$$;
grant execute on function support_rate_ticket(uuid, integer, text) to {customer}, {staff};
