-- The positions, in the arguments, of the people whose role or block has changed. The service asks about all connected people every two seconds, and
-- returning a row for each of them would cost more than the check.
select distinct k.place
from unnest($1::uuid[], $2::text[]) with ordinality as k (id, role, place)
left join {schema}.support_access_status($1) s on s.id = k.id
where s.id is null or s.blocked or s.role is distinct from k.role
