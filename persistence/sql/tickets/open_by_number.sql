-- The numbers that may be meant, the literal one first.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_by_number($1)
