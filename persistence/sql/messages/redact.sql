-- The function checks the caller's rights while it holds the lock on the ticket. A trigger adds the event and removes former texts from the history.
select {schema}.support_redact_message($1, $2)
