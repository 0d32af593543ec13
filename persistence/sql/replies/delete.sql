-- Returns whether the reply existed.
select {schema}.support_remove_seen_reply($1, $2)
