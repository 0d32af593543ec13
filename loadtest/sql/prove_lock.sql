-- Locks every ticket, as a long migration would. Ordered by id, as every statement that locks
-- several tickets must be.
select t.id from support_tickets t where t.id = any ($1) order by t.id for update
