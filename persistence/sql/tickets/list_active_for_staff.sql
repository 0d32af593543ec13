-- The lists that agents work with: only active tickets, latest activity first, read from a partial
-- index until the page is full.
--
-- `offset 0` makes the planner use this index. Without it, the planner treats the conditions on the
-- status and on `is_over` as independent, and collects and sorts all active tickets.
--
-- Tickets that the reader opened as a customer come from a separate view; there are only few.
select t.*
from (
(select t.*
from (
  select h.ticket_id, h.last_activity_at
  from {schema}.support_ticket_heads h
  where not h.is_over
    and ($after_at::timestamptz is null or (h.last_activity_at, h.ticket_id) < ($after_at, $after_id::uuid))
  order by h.last_activity_at desc, h.ticket_id desc
  offset 0
) w
cross join lateral (
  select t.*
  from {schema}.support_tickets_for_staff t
  where t.id = w.ticket_id
    and {filters}
  offset 0
) t
order by w.last_activity_at desc, w.ticket_id desc
limit $limit)
union all
(select t.*
from {schema}.support_own_tickets_for_staff t
where {filters}
  and ($after_at::timestamptz is null or (t.{at}, t.{id}) {beyond} ($after_at, $after_id::uuid))
order by t.{at} {direction}, t.{id} {direction}
limit $limit)
) t
order by t.{at} {direction}, t.{id} {direction}
limit $limit
