-- Edits a message. The function checks the caller's rights while it holds the lock on the ticket,
-- and a trigger adds an event about the edit to the history.
select {schema}.support_edit_message($1, $2, $3)
