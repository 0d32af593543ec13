-- A member of staff is one no longer, by plain SQL: the instances learn of it only by their look at the database.
delete from user_roles where user_id = $1
