-- Of these people those, by their place in the question, whose standing is no longer what it was: everybody connected is asked about every
-- two seconds, and an answer for each of them would cost more than the looking.
select distinct k.place
from unnest($1::uuid[], $2::text[]) with ordinality as k (id, role, place)
left join {schema}.support_access_status($1) s on s.id = k.id
where s.id is null or s.blocked or s.role is distinct from k.role
