-- The function checks the caller's rights while it holds the lock on the ticket, removes the subjects from the history and adds an event that says
-- so.
select {schema}.support_redact_subject($1)
