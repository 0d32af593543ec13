-- Heads and read positions of one snapshot, for those who join and may.
select ticket_id, person_id, side, name, seq, public_seq, head, public_head, n, public_name from {schema}.support_ticket_positions($1, $2, $3)
