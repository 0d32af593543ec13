-- A ticket number of another system's form, as an import may leave it.
update support_tickets set ticket_number = 'SUP-2024-' || substr($1::uuid::text, 1, 8) where id = $1
