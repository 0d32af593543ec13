-- Assigns a ticket to an agent by plain SQL.
update support_tickets set assigned_to = $2 where id = $1
