-- The tickets' state as it is, beside what the events of the run add up to.
select t.id, t.status, t.priority, t.category, t.assigned_to::text, t.satisfaction_rating::text
from support_tickets t
where t.id = any ($1)
