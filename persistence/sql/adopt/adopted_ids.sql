-- The next tickets that were adopted from this table and are here, in the order of their ids, with their numbers.
select a.ticket_id, t.ticket_number
from {schema}.adopted_tickets a
join {schema}.support_tickets t on t.id = a.ticket_id
where a.source = $1 and ($2::uuid is null or a.ticket_id > $2)
order by a.ticket_id
limit $3
