-- For a room that opens.
select ticket_id, person_id, side, name, seq, public_seq from support_reads_of_ticket($1)
