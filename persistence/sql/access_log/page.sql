-- Reads a page of the access log. The query is in a function, because row-level security would
-- prevent the use of the indexes, and because the function limits how many rows a page reads.
select id, created_at, user_id, user_name, user_email, action, ticket_id, ticket_number, refused, address, user_agent, detail, detail_cut, next_id, searched_to
from {schema}.support_read_access_log($1, $2, $3, $4, $5, $6, $7, $8, $9)
