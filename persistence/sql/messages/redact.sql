-- Redacts a message. The function checks the caller's rights while it holds the lock on the ticket.
-- A trigger adds an event about the redaction and removes the message's former texts from the
-- history.
select {schema}.support_redact_message($1, $2)
