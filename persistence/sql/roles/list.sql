-- Lists the members of staff without paging, because there are only few. A person with two roles is
-- listed with the higher role. $2 selects people by a part of their name or e-mail address, folded
-- (made comparable) as in the ticket search; a null $2 lists everyone.
select r.user_id, p.display_name, p.email, min(r.role), p.blocked_at is not null, p.first_name,
       p.blocked_at is null and p.last_seen_at is not null and p.last_seen_at > now() - $1::bigint * interval '1 millisecond'
from {schema}.user_roles r
left join {schema}.people p on p.id = r.user_id
where $2::text is null
   or position({schema}.support_fold($2::text) in {schema}.support_fold(concat_ws(' ', p.display_name, p.email))) > 0
group by r.user_id, p.display_name, p.email, p.blocked_at, p.first_name, p.last_seen_at
order by p.display_name nulls last, r.user_id
