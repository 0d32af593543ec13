-- Returns the statistics: the stored totals plus the recorded changes that are not yet added to
-- them, from one snapshot.
select open_tickets, in_progress_tickets, waiting_tickets, escalated_tickets, resolved_tickets, closed_tickets, urgent_tickets,
       high_priority_tickets, unassigned_tickets, avg_resolution_hours, tickets_last_24h, tickets_last_7d, avg_satisfaction_rating,
       needs_answer_tickets
from {schema}.support_read_stats()
