-- Creates a ticket with its first message. If the key was used before, returns the ticket created then.
select ticket_id, duplicate from {schema}.support_create_ticket($1, $2, $3, $4, $5, $6, $7, $8, $9)
