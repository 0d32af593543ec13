-- These people in this desk: their names and addresses, whether they take them from elsewhere than the adoption, whether they were erased, and whether
-- they are blocked.
select i.id, p.id is not null, p.email, p.display_name,
       p.last_seen_at is not null or to_regprocedure('{schema}.platform_names(uuid[])') is not null,
       exists (select from {schema}.erased_people e where e.person_id = i.id), p.blocked_at is not null
from unnest($1::uuid[]) as i (id)
left join {schema}.people p on p.id = i.id
