-- The history event that the preceding `prove_touch.sql` wrote: the ticket's newest change of
-- category.
select a.seq, a.public_seq from support_ticket_activity a where a.ticket_id = $1 and a.kind = 'category_changed' order by a.seq desc limit 1
