-- Redacts an event. The function checks the caller's rights while it holds the lock on the ticket,
-- removes the event's text and adds an event about the redaction.
select {schema}.support_redact_event($1, $2)
