-- Lists tickets for staff in one of several orders. Each page continues in the index of that order
-- after the last row of the previous page. The statement is planned anew for each request
-- (set_claims_for_lists.sql), so that unused filters cost nothing. Tickets that the reader opened
-- as a customer come from a separate view; there are only few.
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
