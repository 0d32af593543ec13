-- Removes a staff role with plain SQL. Gateways notice this only when they next poll the database.
delete from user_roles where user_id = $1
