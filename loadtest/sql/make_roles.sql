-- Grants the lower staff role, which is enough for agents.
insert into user_roles (user_id, role)
select a.id, 'support_agent'
from unnest($1::uuid[]) as a (id)
on conflict (user_id, role) do nothing
