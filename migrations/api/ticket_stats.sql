-- Returns the figures of the console's dashboard if the caller is a member of staff, and no row otherwise.
create or replace function {api}.ticket_stats() returns table (
  open_tickets bigint, in_progress_tickets bigint, resolved_tickets bigint, closed_tickets bigint, urgent_tickets bigint,
  high_priority_tickets bigint, avg_resolution_time_hours double precision, tickets_last_24h bigint, tickets_last_7d bigint,
  avg_rating double precision
)
language plpgsql stable security definer
set search_path = pg_catalog, {schema}, pg_temp
as $$
begin
  if support_is_staff() then
    return query
      select s.open_tickets, s.in_progress_tickets, s.resolved_tickets, s.closed_tickets, s.urgent_tickets,
             s.high_priority_tickets, s.avg_resolution_hours, s.tickets_last_24h, s.tickets_last_7d, s.avg_satisfaction_rating
      from support_ticket_stats s;
  end if;
end
$$;
