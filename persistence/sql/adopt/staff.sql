-- The members of staff of this desk, and whether a ticket can be assigned to them. Locks no row: the transactions of an adoption are long, and a role is
-- taken away at once.
select r.user_id, p.blocked_at is null
from {schema}.user_roles r
left join {schema}.people p on p.id = r.user_id
group by r.user_id, p.blocked_at
