-- The heads (newest event numbers) that every member must reach, in the numbering of all events and
-- of the public events. They are computed from the events, because the stored heads are under test.
select a.ticket_id, max(a.seq) as seq, coalesce(max(a.public_seq), 0) as public_seq
from support_ticket_activity a
where a.ticket_id = any ($1)
group by a.ticket_id
