-- All pending marks of an instance in one flight; only those that moved come back, to be passed on.
select ticket_id, person_id, side, name, seq, public_seq, public_name from {schema}.support_mark_read($1, $2, $3, $4)
