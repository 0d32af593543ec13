-- A ticket number in the format of another system, as an import may write it.
update support_tickets set ticket_number = 'SUP-2024-' || substr($1::uuid::text, 1, 8) where id = $1
