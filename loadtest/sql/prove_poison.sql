-- Inserts a message that a customer could write with plain SQL, without the gateway's checks.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, attachments) values ($1, $2, 'customer', 'poisoned', $3, $4::text::jsonb)
