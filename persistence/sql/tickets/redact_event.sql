-- The function checks the caller's rights while it holds the lock on the ticket, removes the text from the history and adds an event that says so.
select {schema}.support_redact_event($1, $2)
