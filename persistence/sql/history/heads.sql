-- Heads alone, for rotation and pings.
select ticket_id, seq, public_seq from {schema}.support_heads($1)
