-- The ticket numbers that the request may mean, the literal one first.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_by_number($1)
