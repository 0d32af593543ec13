-- Returns the last event numbers and the read positions of tickets that clients want to watch, from
-- one snapshot. A reader who may not read a ticket gets no row for it.
select ticket_id, person_id, side, name, seq, public_seq, head, public_head, n, public_name from {schema}.support_ticket_positions($1, $2, $3)
