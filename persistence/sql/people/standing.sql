-- Returns the positions, in the array $1, of the people who are blocked or no longer have the role
-- in $2. The service runs this every two seconds for all connected people. It returns no rows for
-- the other people, because a row for every person would cost more than the check.
select distinct k.place
from unnest($1::uuid[], $2::text[]) with ordinality as k (id, role, place)
left join {schema}.support_access_status($1) s on s.id = k.id
where s.id is null or s.blocked or s.role is distinct from k.role
