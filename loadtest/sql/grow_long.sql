-- Gives one ticket a long history through the regular triggers.
insert into support_messages (ticket_id, sender_id, sender_type, body)
select $1::uuid, $2::uuid, 'customer', 'Line ' || n from generate_series(1, 2000) n
