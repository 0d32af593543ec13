-- Heads and read positions from one snapshot, for joining members who may read the ticket.
select ticket_id, person_id, side, name, seq, public_seq, head, public_head, n, public_name from {schema}.support_ticket_positions($1, $2, $3)
