-- Few enough to need no page; the higher of two roles counts.
select r.user_id, p.display_name, p.email, min(r.role), p.blocked_at is not null, p.first_name
from {schema}.user_roles r
left join {schema}.people p on p.id = r.user_id
group by r.user_id, p.display_name, p.email, p.blocked_at, p.first_name
order by p.display_name nulls last, r.user_id
