-- Counts the messages that a load test run stored. Their idempotency keys begin with the run's
-- name. Every acknowledged message must be stored exactly once.
select count(*)
from support_messages m
where m.ticket_id = any ($1) and starts_with(m.key, $2)
