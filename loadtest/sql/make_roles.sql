-- Staff of the lower role: agents need no more.
insert into user_roles (user_id, role)
select a.id, 'support_agent'
from unnest($1::uuid[]) as a (id)
on conflict (user_id, role) do nothing
