-- Returns dead deliveries of one kind, the latest first.
select id, receiver, ticket_id, seq, key, attempts, error, dead_at, created_at
from {schema}.deliveries_list_dead($1, $2, $3, $4)
