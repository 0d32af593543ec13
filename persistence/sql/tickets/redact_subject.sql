-- Redacts a ticket's subject. The function checks the caller's rights while it holds the lock on
-- the ticket, removes present and former subjects, and adds an event about the redaction.
select {schema}.support_redact_subject($1)
