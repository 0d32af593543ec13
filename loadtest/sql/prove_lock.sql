-- Locks every ticket of the load test run, as a long migration would. The rows are locked in the
-- order of their ids, as in every statement that locks several tickets, to avoid deadlocks.
select t.id from support_tickets t where t.id = any ($1) order by t.id for update
