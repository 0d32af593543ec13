-- The staff's lists in one of several orders, with keyset pagination over the index of that order. The statement is planned for the filters of each
-- request (set_claims_for_lists.sql), so that unused filters cost nothing. The reader's own tickets, which are few, come from a separate view.
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
