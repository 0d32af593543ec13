-- Inserts 2,000 messages on one ticket. The regular triggers add the ticket's history events.
insert into support_messages (ticket_id, sender_id, sender_type, body)
select $1::uuid, $2::uuid, 'customer', 'Line ' || n from generate_series(1, 2000) n
