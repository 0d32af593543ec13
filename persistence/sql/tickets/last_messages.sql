-- Runs as the service, for staff and the inbox. It returns only public messages, which every member of staff may read.
select ticket_id, waiting_since, at, actor_type, name, body from {schema}.support_last_messages($1, $2)
