-- The figures of the console's dashboard: one row for staff, no row for others.
create or replace view {api}.support_ticket_stats with (security_barrier = true) as
select s.open_tickets, s.in_progress_tickets, s.resolved_tickets, s.closed_tickets, s.urgent_tickets, s.high_priority_tickets,
       s.avg_resolution_time_hours, s.tickets_last_24h, s.tickets_last_7d, s.avg_rating
from {api}.ticket_stats() s;
