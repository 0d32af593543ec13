-- The heads of many tickets, without events.
select ticket_id, seq, public_seq from {schema}.support_heads($1)
