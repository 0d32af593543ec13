-- These people in this desk: their names and addresses, whether they take them from elsewhere than the adoption, and whether they were erased.
select i.id, p.id is not null, p.email, p.display_name,
       p.last_seen_at is not null or to_regprocedure('{schema}.platform_names(uuid[])') is not null,
       exists (select from {schema}.erased_people e where e.person_id = i.id)
from unnest($1::uuid[]) as i (id)
left join {schema}.people p on p.id = i.id
