-- A change by plain SQL: the triggers number and log it, and the instances learn of it only by their sweep.
update support_tickets t
set category = case t.category when 'billing' then 'general' else 'billing' end
where t.id = any ($1)
