-- Sets a person's role; null removes all roles. The table's trigger records the change in the
-- access log.
select {schema}.support_set_role($1, $2)
