-- Returns the last public message of each of many tickets, for the lists of staff and for inbox
-- updates. It runs as the service role and returns only what every member of staff may read.
select ticket_id, waiting_since, at, actor_type, name, body from {schema}.support_last_messages($1, $2)
