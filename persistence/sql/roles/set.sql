-- Sets a person's role; null removes all roles. A trigger on the table `user_roles` records the
-- change in the access log.
select {schema}.support_set_role($1, $2)
