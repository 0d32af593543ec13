-- Somebody else's change by plain SQL: the triggers number and log it, and only the sweep can tell the instances.
update support_tickets t
set category = case t.category when 'billing' then 'general' else 'billing' end
where t.id = any ($1)
