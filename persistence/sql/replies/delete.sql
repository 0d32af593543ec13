-- Says whether there was one.
select {schema}.support_remove_seen_reply($1, $2)
