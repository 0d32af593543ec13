-- Like read_through_for_staff.sql, but with public event numbers. The customer role cannot read the
-- actors' ids, so the actor's type decides which events are the reader's own: a ticket has only one
-- customer. Changes of assignee, priority and category, and the check of a file, count as read, because
-- customers are not notified of them.
select w.ticket_id, coalesce(f.seq - 1, least(w.seq, w.read_seq + $4))
from unnest($1::uuid[], $2::bigint[], $3::bigint[]) as w (ticket_id, read_seq, seq)
left join lateral (
  select n.seq
  from (
    select a.public_seq as seq, a.actor_type, a.kind from {schema}.support_ticket_activity a
    where a.ticket_id = w.ticket_id and a.public_seq > w.read_seq order by a.public_seq limit $4
  ) n
  where n.actor_type <> 'customer' and n.kind not in ('assigned', 'unassigned', 'priority_changed', 'category_changed', 'attachment_checked')
  order by n.seq limit 1
) f on true
