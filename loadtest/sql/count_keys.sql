-- Every acked send of a run stands exactly once; counted by the run's name, which begins its keys.
select count(*)
from support_messages m
where m.ticket_id = any ($1) and starts_with(m.key, $2)
