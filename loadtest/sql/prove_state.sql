-- The current state of the load test run's tickets. The test compares it with the state computed
-- from the events that clients received.
select t.id, t.status, t.priority, t.category, t.assigned_to::text, t.satisfaction_rating::text
from support_tickets t
where t.id = any ($1)
