-- Changes the category of tickets with plain SQL. Triggers add a numbered history event. Gateways
-- notice the change only when they next poll the database.
update support_tickets t
set category = case t.category when 'billing' then 'general' else 'billing' end
where t.id = any ($1)
