-- A customer's tickets are few: found by owner, sorted in memory. The search needs no index either.
select t.*
from {schema}.support_tickets_for_customer t
where (cardinality($1::text[]) = 0 or t.status = any ($1))
  and (cardinality($2::text[]) = 0 or t.category = any ($2))
  and (cardinality($3::text[]) = 0 or t.priority = any ($3))
  and ($4 or t.archived_at is null)
  and ($5::text[] is null or t.ticket_number = any ($6) or t.search_text like all (select lower(p) from unnest($5) p))
  and ($7::timestamptz is null or (t.created_at, t.id) > ($7, $8::uuid))
order by t.created_at asc, t.id asc
limit $9
