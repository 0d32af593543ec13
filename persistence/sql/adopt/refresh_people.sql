-- Takes over changed names and addresses. Of a person who has signed in here, only missing ones are filled.
update {schema}.people p
set email = x.email, display_name = x.display_name
from (
  select k.id, case when k.last_seen_at is null then coalesce(j.email, k.email) else coalesce(k.email, j.email) end as email,
         case when k.last_seen_at is null then coalesce(j.display_name, k.display_name) else coalesce(k.display_name, j.display_name) end as display_name
  from jsonb_to_recordset($1::text::jsonb) as j (id uuid, email text, display_name text)
  join {schema}.people k on k.id = j.id
) x
where p.id = x.id and (p.email, p.display_name) is distinct from (x.email, x.display_name)
