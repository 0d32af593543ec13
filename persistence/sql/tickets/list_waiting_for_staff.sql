-- Lists the tickets whose customers are waiting for an answer, the longest wait first. Like
-- list_active_for_staff.sql, it reads a partial index until the page is full. It takes the tickets
-- that the reader opened as a customer from a separate view.
select t.*
from (
(select t.*
from (
  select h.ticket_id, h.waiting_since
  from {schema}.support_ticket_heads h
  where h.waiting_since is not null and not h.is_over
    and ($after_at::timestamptz is null or (h.waiting_since, h.ticket_id) > ($after_at, $after_id::uuid))
  order by h.waiting_since, h.ticket_id
  offset 0
) w
cross join lateral (
  select t.*
  from {schema}.support_tickets_for_staff t
  where t.id = w.ticket_id
    and {filters}
  offset 0
) t
order by w.waiting_since, w.ticket_id
limit $limit)
union all
(select t.*
from {schema}.support_own_tickets_for_staff t
where t.waiting_since is not null
  and {filters}
  and ($after_at::timestamptz is null or (t.{at}, t.{id}) {beyond} ($after_at, $after_id::uuid))
order by t.{at} {direction}, t.{id} {direction}
limit $limit)
) t
order by t.{at} {direction}, t.{id} {direction}
limit $limit
