-- A time outside the range of programs' date types, as an import may write it. Only the owner can write it.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, created_at) values ($1, $2, 'customer', 'poisoned', $3, 'infinity')
