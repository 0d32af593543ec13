-- Counts the customer's tickets that have public events by other people after the customer's read
-- position, and the messages among these events. It looks at a limited number of tickets, and reads
-- at most as many events of each as read_through_for_customer.sql.
select count(*), coalesce(sum(c.messages), 0)::bigint
from (
  select h.ticket_id, coalesce(r.public_seq, 0) as read_seq
  from {schema}.support_tickets t
  join {schema}.support_ticket_heads h on h.ticket_id = t.id
  left join {schema}.support_read_positions r on r.ticket_id = t.id and r.person_id = (select {schema}.support_current_user_id())
  where t.user_id = (select {schema}.support_current_user_id()) and t.archived_at is null and h.public_seq > coalesce(r.public_seq, 0)
  order by h.public_last_activity_at desc
  limit $1
) u
cross join lateral (
  select count(*) as others, count(*) filter (where n.kind = 'message_added') as messages
  from (
    select s.kind
    from (
      select a.kind, a.actor_type, a.public_seq from {schema}.support_ticket_activity a
      where a.ticket_id = u.ticket_id and a.public_seq > u.read_seq
      order by a.public_seq
      limit $3
    ) s
    where s.actor_type <> 'customer' and s.kind not in ('assigned', 'unassigned', 'priority_changed', 'category_changed', 'attachment_checked')
    order by s.public_seq
    limit $2
  ) n
) c
where c.others > 0
