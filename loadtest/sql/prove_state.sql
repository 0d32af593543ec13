-- The current state of the tickets, to compare with the state that follows from the run's events.
select t.id, t.status, t.priority, t.category, t.assigned_to::text, t.satisfaction_rating::text
from support_tickets t
where t.id = any ($1)
