-- Creates people as sign-in would, so that the first seconds of a load test measure messages, not
-- sign-ins.
insert into people (id, email, display_name)
select p.id, p.id || '@load.example', p.name
from (
  select c.id, 'Customer Load' as name from unnest($1::uuid[]) as c (id)
  union all
  select a.id, 'Agent Load' as name from unnest($2::uuid[]) as a (id)
) p
on conflict (id) do nothing
