-- Rates a ticket. The function checks the caller's rights while it holds the lock on the ticket,
-- and a trigger adds the event to the history.
select {schema}.support_rate_ticket($1, $2, $3)
