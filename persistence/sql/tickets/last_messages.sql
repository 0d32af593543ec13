-- As the service, for staff and the inbox: public messages alone, which every member of staff may read.
select ticket_id, waiting_since, at, actor_type, name, body from {schema}.support_last_messages($1, $2)
