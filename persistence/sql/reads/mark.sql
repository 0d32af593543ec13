-- All pending read positions of an instance in one statement. Returns only the positions that moved, which are then published.
select ticket_id, person_id, side, name, seq, public_seq, public_name from {schema}.support_mark_read($1, $2, $3, $4)
