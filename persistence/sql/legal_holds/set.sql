-- Sets a legal hold. Returns when it was set, and the number or name of what it keeps. `offset 0` keeps Postgres from calling the function more than once.
select s.at, t.ticket_number, p.display_name
from (select {schema}.legal_hold_set($1, $2, $3, $4, $5) as at offset 0) s
left join {schema}.support_tickets t on t.id = $2
left join {schema}.people p on p.id = $3
