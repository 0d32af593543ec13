-- Inserts a message that its customer could write by plain SQL, without the service's checks.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, attachments) values ($1, $2, 'customer', 'poisoned', $3, $4::text::jsonb)
