-- Rates a ticket. The function checks the caller's rights while it holds the lock on the ticket,
-- and a trigger adds an event about the rating to the history.
select {schema}.support_rate_ticket($1, $2, $3)
