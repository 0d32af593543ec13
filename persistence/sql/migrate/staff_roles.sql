-- Returns the roles that the platform's query contains, and how many people have each of them.
select coalesce(s.role, '(null)'), count(distinct s.user_id) from {schema}.platform_staff() s group by s.role order by s.role
