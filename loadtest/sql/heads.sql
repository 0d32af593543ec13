-- The heads that every member must reach, in both numberings. Counted from the events and not read
-- from the counters, because the counters are under test.
select a.ticket_id, max(a.seq) as seq, coalesce(max(a.public_seq), 0) as public_seq
from support_ticket_activity a
where a.ticket_id = any ($1)
group by a.ticket_id
