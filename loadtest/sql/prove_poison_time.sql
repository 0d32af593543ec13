-- A time that no program's calendar has, as an import may leave it: only the owner can write it.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, created_at) values ($1, $2, 'customer', 'poisoned', $3, 'infinity')
