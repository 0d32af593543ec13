-- Lists a customer's tickets. A customer has few tickets, so they are found by owner, sorted in
-- memory, and searched without an index.
select t.*
from {schema}.support_tickets_for_customer t
where {filters}
  and ($after_at::timestamptz is null or (t.{at}, t.{id}) {beyond} ($after_at, $after_id::uuid))
order by t.{at} {direction}, t.{id} {direction}
limit $limit
