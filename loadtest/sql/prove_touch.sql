-- A change by plain SQL. Triggers number and record it, and the instances notice it only
-- with their sweep.
update support_tickets t
set category = case t.category when 'billing' then 'general' else 'billing' end
where t.id = any ($1)
