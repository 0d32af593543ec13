-- What is kept of these rows, whole.
select o.ticket_id, o.source, o.row_id, o.field, o.message_id, o.original::text
from {schema}.adopted_originals o
where o.ticket_id = any ($1) and o.row_id = any ($2)
