-- Those of these tickets that were adopted: by what content, from which table, and whether they are here or were deleted here. One that is neither
-- has been lost, and is adopted again.
select a.ticket_id, a.digest, a.source, t.id is not null
from {schema}.adopted_tickets a
left join {schema}.support_tickets t on t.id = a.ticket_id
where a.ticket_id = any ($1) and (t.id is not null or a.deleted_at is not null)
