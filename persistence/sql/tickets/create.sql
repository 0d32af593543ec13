-- Creates a ticket with its first message. If the caller has used the idempotency key before,
-- returns the ticket that was created with this key.
select ticket_id, duplicate from {schema}.support_create_ticket($1, $2, $3, $4, $5, $6, $7, $8, $9)
