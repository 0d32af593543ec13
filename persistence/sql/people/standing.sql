-- Returns the positions in $1 of the people whose role or block has changed. The service runs this
-- every two seconds for all connected people, so it returns only the changes: a row for every
-- person would cost more than the check.
select distinct k.place
from unnest($1::uuid[], $2::text[]) with ordinality as k (id, role, place)
left join {schema}.support_access_status($1) s on s.id = k.id
where s.id is null or s.blocked or s.role is distinct from k.role
