-- Deletes old deliveries that were done. Returns their number.
select {schema}.deliveries_delete_old($1, $2)
