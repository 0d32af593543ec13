-- Leases deliveries to a worker.
select id, receiver, ticket_id, seq, key, payload, attempts, is_retry, due_at, created_at
from {schema}.deliveries_claim($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
