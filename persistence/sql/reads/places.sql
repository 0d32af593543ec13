-- Heads and read positions of one snapshot, for those who join.
select ticket_id, person_id, side, name, seq, public_seq, head, public_head from support_places($1)
