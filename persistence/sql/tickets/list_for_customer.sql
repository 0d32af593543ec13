-- A customer has few tickets: they are found by owner and sorted in memory. The search needs no index either.
select t.*
from {schema}.support_tickets_for_customer t
where {filters}
  and ($after_at::timestamptz is null or (t.{at}, t.{id}) {beyond} ($after_at, $after_id::uuid))
order by t.{at} {direction}, t.{id} {direction}
limit $limit
