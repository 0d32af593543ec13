-- Assigns a ticket to an agent with plain SQL, without the gateway.
update support_tickets set assigned_to = $2 where id = $1
