-- Staff's lists in one of their orders: keyset over that order's index. Planned for the filters at hand (set_claims_for_lists.sql), so that
-- unused ones vanish. Their own tickets, which are few, come from a view of their own.
select t.*
from (
  (select t.*
   from {schema}.support_tickets_for_staff t
   where {filters}
     and ($after_at::timestamptz is null or (t.{at}, t.{id}) {beyond} ($after_at, $after_id::uuid))
   order by t.{at} {direction}, t.{id} {direction}
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
