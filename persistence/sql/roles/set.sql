-- A null role takes whatever there is; the table's trigger records it.
select {schema}.support_set_role($1, $2)
