-- Finds the first ticket that has one of these numbers. $1 contains the ticket numbers that the
-- request may mean. Its first element is the number exactly as the request contains it.
select id, user_id, status, archived, seq, public_seq from {schema}.support_open_by_number($1)
