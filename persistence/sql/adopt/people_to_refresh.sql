-- The next people who have their names from the adoption, in the order of their ids.
select p.id
from {schema}.people p
where ($1::uuid is null or p.id > $1) and to_regprocedure('{schema}.platform_names(uuid[])') is null
  and (p.last_seen_at is null or p.email is null or p.display_name is null)
  and not exists (select from {schema}.erased_people e where e.person_id = p.id)
order by p.id
limit $2
