-- A null removes the person's roles. The table's trigger records the change.
select {schema}.support_set_role($1, $2)
