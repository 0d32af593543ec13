-- New tickets get higher numbers than the source has given.
select setval('{schema}.support_ticket_numbers', $1)
from {schema}.support_ticket_numbers s
where s.last_value < $1
