-- Stores all pending read positions (how far each person has read a ticket) of an instance in one
-- statement. Returns only the positions that moved, because only these are published to clients.
select ticket_id, person_id, side, name, seq, public_seq, public_name from {schema}.support_mark_read($1, $2, $3, $4)
