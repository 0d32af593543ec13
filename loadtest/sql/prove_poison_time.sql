-- Inserts a message whose time is outside the range of most programs' date types, as an import may
-- do. Only the tables' owner can do this.
insert into support_messages (ticket_id, sender_id, sender_type, body, key, created_at) values ($1, $2, 'customer', 'poisoned', $3, 'infinity')
