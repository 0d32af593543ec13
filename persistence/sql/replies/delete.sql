-- Says whether there was one.
select {schema}.support_delete_reply($1)
