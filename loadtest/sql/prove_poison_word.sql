-- Inserts a message with a sender type that this version does not know, as a newer version may do.
insert into support_messages (ticket_id, sender_id, sender_type, body, key) values ($1, $2, 'partner', 'poisoned', $3)
