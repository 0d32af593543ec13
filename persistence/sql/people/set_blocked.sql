-- The table's triggers record it and take the person's tickets from them.
select {schema}.support_set_blocked($1, $2)
