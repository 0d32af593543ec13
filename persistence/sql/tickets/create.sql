-- Ticket and first message in one call; a known key answers with the first ticket.
select ticket_id, duplicate from {schema}.support_create_ticket($1, $2, $3, $4, $5, $6, $7, $8, $9)
