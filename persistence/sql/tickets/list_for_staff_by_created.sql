-- Keyset over the index on created_at; planned for the filters at hand, so unused ones vanish.
select t.*
from {schema}.support_tickets_for_staff t
where (cardinality($1::text[]) = 0 or t.status = any ($1))
  and (cardinality($2::text[]) = 0 or t.category = any ($2))
  and (cardinality($3::text[]) = 0 or t.priority = any ($3))
  and ($4 or t.archived_at is null)
  and ($5::text[] is null or t.id = any (array(select {schema}.support_find_tickets($5, $6, $7))))
  and ($8::timestamptz is null or (t.created_at, t.id) < ($8, $9::uuid))
  and ($11::uuid is null or t.assigned_to = $11)
  and (not $12 or t.assigned_to is null)
  and ($13::uuid is null or t.user_id = $13)
order by t.created_at desc, t.id desc
limit $10
