-- The function judges under the ticket's lock; the trigger logs, and scrubs what edits had kept.
select {schema}.support_redact_message($1, $2)
