-- Sets a ticket number in the format of a different support system, as an import may do.
update support_tickets set ticket_number = 'SUP-2024-' || substr($1::uuid::text, 1, 8) where id = $1
