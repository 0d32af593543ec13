-- A message as its customer may write it by plain SQL, past everything that the service checks.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, attachments) values ($1, $2, 'customer', 'poisoned', $3, $4::text::jsonb)
