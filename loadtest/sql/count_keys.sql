-- Counts the messages of a run by the run's name, with which their keys begin. Every acked send
-- must be stored exactly once.
select count(*)
from support_messages m
where m.ticket_id = any ($1) and starts_with(m.key, $2)
