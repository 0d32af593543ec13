-- Redacts the comment of a ticket's rating. The function checks the caller's rights while it holds
-- the lock on the ticket, removes present and former comments, and adds an event about the
-- redaction.
select {schema}.support_redact_rating($1)
