-- The function checks the caller's rights while it holds the lock on the ticket. A trigger adds the event.
select {schema}.support_rate_ticket($1, $2, $3)
