-- Stores a single message with one statement and one commit. Returns the message's result first,
-- then the new events. If the message was stored, the row of its result may also contain its event.
select * from {schema}.support_append_one($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
