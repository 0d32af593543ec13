-- The lists that agents live in: active tickets only, the latest activity first, walked along an index of just those until the page is full.
-- The fences (offset 0) keep it a walk: status and being active look independent to the planner, which then gathers and sorts all of them.
-- The reader's own tickets, which are few, come from a view of their own.
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
