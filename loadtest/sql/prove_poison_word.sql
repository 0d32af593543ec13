-- A word that this version does not know, as a newer version may write it.
insert into support_messages (ticket_id, sender_id, sender_type, body, key) values ($1, $2, 'partner', 'poisoned', $3)
