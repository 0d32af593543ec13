-- The desk's sequence of numbers, and the highest number of a ticket that has its form.
select s.last_value,
       (select coalesce(max(substring(t.ticket_number from 5)::bigint), 0) from {schema}.support_tickets t where t.ticket_number ~ '^TKT-[0-9]{1,18}$')
from {schema}.support_ticket_numbers s
