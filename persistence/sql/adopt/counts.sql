-- How many rows of adopted tickets this desk has.
select count(*),
       coalesce(sum((select count(*) from {schema}.support_messages m where m.ticket_id = a.ticket_id)), 0)::bigint,
       coalesce(sum((select count(*) from {schema}.support_ticket_activity e where e.ticket_id = a.ticket_id)), 0)::bigint
from {schema}.adopted_tickets a
join {schema}.support_tickets t on t.id = a.ticket_id
where a.source = $1
