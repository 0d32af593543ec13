-- Grants the role `support_agent`, the lower of the two staff roles. It is enough for the test's
-- agents.
insert into user_roles (user_id, role)
select a.id, 'support_agent'
from unnest($1::uuid[]) as a (id)
on conflict (user_id, role) do nothing
