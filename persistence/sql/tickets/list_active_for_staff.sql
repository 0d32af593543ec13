-- The lists that agents live in: active tickets alone, the latest activity first, walked along an index of just those until the page is full.
-- The fences (offset 0) keep it a walk: status and being active look independent to the planner, which then gathers and sorts all of them.
select t.*
from (
  select h.ticket_id, h.last_activity_at
  from {schema}.support_ticket_heads h
  where not h.is_over
    and ($5::timestamptz is null or (h.last_activity_at, h.ticket_id) < ($5, $6::uuid))
  order by h.last_activity_at desc, h.ticket_id desc
  offset 0
) w
cross join lateral (
  select x.*
  from {schema}.support_tickets_for_staff x
  where x.id = w.ticket_id
    and (cardinality($1::text[]) = 0 or x.status = any ($1))
    and (cardinality($2::text[]) = 0 or x.category = any ($2))
    and (cardinality($3::text[]) = 0 or x.priority = any ($3))
    and ($4 or x.archived_at is null)
    and ($8::uuid is null or x.assigned_to = $8)
    and (not $9 or x.assigned_to is null)
  offset 0
) t
order by w.last_activity_at desc, w.ticket_id desc
limit $7
