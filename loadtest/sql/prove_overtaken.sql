-- Counts the events that were written while a transaction was open, at least `$2` seconds ago, and that the first test consumer has not handled. `$1`
-- is when the transaction began. Tickets with a failed event are left out.
select count(*)
from support_ticket_activity a
where a.created_at > $1 and a.created_at < now() - interval '1 second' * $2
  and not exists (select from helpline_prove.effects e where e.what = 'probe_1' and e.ticket_id = a.ticket_id and e.seq = a.seq)
  and not exists (select from consumer_faults f where f.ticket_id = a.ticket_id)
