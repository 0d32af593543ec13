-- Removes a member of staff by plain SQL. The instances notice it only when they poll the database.
delete from user_roles where user_id = $1
