-- Heads alone, for rotation and pings.
select ticket_id, seq, public_seq from support_heads($1)
