-- Says whether there was one.
select {schema}.support_remove_reply($1)
