-- The tickets of those of these messages that this desk has.
select m.id, m.ticket_id from {schema}.support_messages m where m.id = any ($1)
