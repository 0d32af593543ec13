-- The numbers that are taken in this desk.
select t.id, t.ticket_number, a.ticket_id is not null
from {schema}.support_tickets t
left join {schema}.adopted_tickets a on a.ticket_id = t.id
