-- Stores a whole batch of messages with one statement and one commit. Returns the results of the
-- messages first, then the new events.
select * from {schema}.support_append_events($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
